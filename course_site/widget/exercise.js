/** An exercise in the page: the editor in the place of the stub, the buttons, and what comes of them. */

import { html } from "../explorers/common/elements.js";
import { ask } from "./ask.js";
import { button } from "./button.js";
import { hintsOf, marked } from "./hints.js";
import { Occupied, onPython, stop, use, warmUp } from "./interpreter.js";
import { headline, resultOf } from "./result.js";
import { ROOT } from "./site.js";
import { scratchOf } from "./scratch.js";
import { Slot } from "./slot.js";
import { statusOf } from "./status.js";
import { tools } from "./tools.js";
import { say } from "./words.js";

const SECONDS = 30; // that a check may take; a section's data-seconds says otherwise

/**
 * @param {HTMLElement} section as the page has it without scripts
 * @param {import("./site.js").Unit} unit
 * @param {Map<string, import("./work.js").Work>} works by the exercises' names
 */
export function enhance(section, unit, works) {
  const name = section.dataset.exercise;
  const work = works.get(name);
  const { exercise } = work;
  const limit = () => Number(section.dataset.seconds) || SECONDS;
  const id = `exercise-${name}`;

  const warm = () => warmUp(unit.unit);
  const help = html("p", { class: "cr-help cr-editor-help", id: `${id}-help` }, say.editorHelp);
  const badge = html("span", { class: "cr-badge" });
  const status = statusOf();
  const result = resultOf(name);
  const after = html("section", { class: "cr-after", hidden: true });
  const hints = hintsOf(exercise);
  const bar = tools(name, { check, tryIt, hint, reset, stop }, `${id}-scratch`);
  const scratch = scratchOf(exercise, `${id}-scratch`, work.record.scratch, {
    run,
    edit: (source) => (warm(), work.keep({ scratch: source })),
    focus: warm,
  });
  const tabs = html("div", { class: "cr-tabs", role: "status" });

  section.querySelector(".exercise-title").append(badge);
  section.querySelector("details.hint")?.remove();
  const slot = new Slot(section.querySelector(".stub"), {
    source: work.source,
    label: say.editorOf(name),
    describedBy: help.id,
    onedit: (source) => (warm(), status.clear(), work.edit(source)),
    onenter: check,
    onfocus: warm,
  });
  section.append(help, bar.bar, status.place, tabs, result.place, after, hints.place, scratch.place);
  section.classList.add("cr-ready");

  let busy = false;
  let python;
  onPython((state) => {
    python = state;
    if (busy) status.python(python);
  });
  work.addEventListener("replaced", () => slot.replace(work.source));
  work.addEventListener("told", tell);

  const { outcome, hints: seen = 0 } = work.record;
  if (outcome) result.show(outcome);
  hints.show(seen);
  tell();

  /** Everything that depends on how the work stands. */
  function tell() {
    const { standing, record } = work;
    section.dataset.standing = standing;
    badge.textContent = { passed: say.status.passed, changed: say.changed, started: say.started, "": "" }[standing];
    result.outdated(Boolean(record.outcome) && !busy && record.outcome.source !== work.source);
    bar.hints(hints.all - hints.shown(), hints.all);
    after.hidden = standing !== "passed";
    if (!after.hidden && !after.childElementCount) after.append(...afterwards(unit, exercise));
    const both = record.other !== undefined && record.other !== work.source;
    if (both && !tabs.childElementCount) {
      const show = button(say.otherTabShow, () => work.settle(true));
      tabs.append(
        html("span", {}, say.otherTab),
        show,
        button(say.otherTabKeep, () => work.settle(false), "quiet"),
      );
    } else if (!both) tabs.replaceChildren();
  }

  const cells = () => [
    { name: "preamble", source: unit.preamble },
    ...unit.exercises.map((one) => ({ name: one.name, source: works.get(one.name).source })),
  ];

  /** Let Python do something for this exercise, and say how it went where it gave nothing. */
  async function occupy(sentence, doing) {
    if (busy) return null;
    busy = true;
    bar.busy(true);
    status.work(sentence);
    status.python(python);
    tell();
    try {
      return await use(doing);
    } catch (error) {
      if (error instanceof Occupied) status.say(say.queued, "warning");
      else if (error.name === "Stopped")
        status.say(error.seconds ? say.tooLong(error.seconds) : say.stopped, "warning");
      else status.say(`${say.pythonFailed} ${say.pythonFailedMore}`, "warning", error.message);
      return null;
    } finally {
      busy = false;
      bar.busy(false);
    }
  }

  async function check() {
    if (busy) return;
    work.save();
    const { source } = work;
    result.clear();
    const oncase = (one) => result.case(one);
    const found = await occupy(say.checking(name), (python) =>
      python.check(unit.unit, cells(), name, { seconds: limit(), oncase }),
    );
    if (!found) return result.clear();
    const cases = found.outcome.cases.map(({ case: named, status: came }) => ({ case: named, status: came }));
    const told = { status: found.outcome.status, html: found.html, text: found.text, cases };
    result.show(told);
    status.say(headline(told.status, cases), told.status);
    work.checked(source, told);
  }

  async function run() {
    if (busy) return;
    work.save();
    scratch.clear();
    const onoutput = (text) => scratch.print(text);
    const found = await occupy(say.running, (python) =>
      python.run(unit.unit, cells(), scratch.slot.text, { seconds: limit(), onoutput }),
    );
    if (!found) return;
    status.clear();
    scratch.show(found);
  }

  function tryIt() {
    scratch.place.hidden = !scratch.place.hidden;
    bar.expanded(!scratch.place.hidden);
    if (!scratch.place.hidden) scratch.slot.focus();
  }

  function hint() {
    if (hints.shown() === hints.all) return;
    hints.show(hints.shown() + 1);
    hints.place.lastElementChild.scrollIntoView({ block: "nearest" });
    work.keep({ hints: hints.shown() });
  }

  async function reset() {
    if (!work.touched) return status.say(say.resetDone);
    if (!(await ask(say.resetAsk(name), say.resetMore, [["yes", say.resetYes, "primary"]]))) return;
    const before = work.source;
    put(exercise.stub);
    status.say(
      say.resetDone,
      "told",
      "",
      button(say.undo, () => (put(before), status.say(say.undone), slot.focus())),
    );
  }

  /** Put other code into the editor, as one step that the learner can undo. */
  function put(source) {
    slot.replace(source);
    work.edit(source);
    work.save();
  }
}

/** What is told once an exercise passes: the idea, and the way on. */
function afterwards(unit, exercise) {
  const idea = exercise.after ? [html("h4", {}, say.after), html("p", {}, ...marked(exercise.after))] : [];
  const next = unit.exercises[unit.exercises.indexOf(exercise) + 1];
  const page = (name) => new URL(`units/${name}.html`, ROOT).href;
  const way = [];
  if (next) {
    const id = `exercise-${next.name}`;
    const href = document.getElementById(id) ? `#${id}` : `${page(unit.unit)}#${id}`;
    way.push(html("a", { class: "cr-next", href }, say.goNext(next.name)));
  } else {
    way.push(`${say.unitDone} `);
    if (unit.next) way.push(html("a", { class: "cr-next", href: page(unit.next) }, say.goNextUnit));
  }
  return [...idea, html("p", { class: "cr-way" }, ...way)];
}

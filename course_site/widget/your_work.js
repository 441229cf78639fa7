/** The panel of one's work: how far it is, export, import, erase, and offline use. */

import { html } from "../explorers/common/elements.js";
import { ask } from "./ask.js";
import { button } from "./button.js";
import { offlinePanel } from "./offline_panel.js";
import { standings } from "./progress.js";
import { say } from "./words.js";

const { work: words } = say;

/**
 * @param {HTMLElement} panel @param {import("./store.js").Store} store
 * @param {{units: import("./site.js").Unit[]}} course
 */
export function yourWork(panel, store, { units }) {
  const summary = html("p", { class: "cr-summary" });
  const said = html("div", { class: "cr-said", role: "status" });
  const file = html("input", { type: "file", accept: ".zip,.py", hidden: true, onchange: () => bring(file.files[0]) });
  panel.classList.add("cr-panel");
  panel.replaceChildren(
    summary,
    html("p", { class: "cr-help" }, words.where),
    html(
      "div",
      { class: "cr-actions" },
      action(button(words.exportButton, exportAll, "primary"), words.exportMore),
      action(
        button(words.importButton, () => file.click()),
        words.importMore,
      ),
      action(button(words.eraseButton, eraseAll, "quiet"), ""),
    ),
    file,
    said,
    offlinePanel(),
  );
  const show = () => {
    const all = [...standings(store).values()];
    const passed = all.reduce((sum, one) => sum + one.passed, 0);
    const begun = all.filter((one) => one.begun || one.passed).length;
    const total = units.reduce((sum, unit) => sum + unit.exercises.length, 0);
    summary.textContent = begun ? words.summary(passed, total, begun) : words.none;
  };
  store.addEventListener("change", show);
  show();

  function tell(...sentences) {
    said.replaceChildren(...sentences.map((one) => (typeof one === "string" ? html("p", {}, one) : one)));
  }

  async function exportAll() {
    const { pack } = await import("./archive.js");
    const packed = pack(units, store);
    const url = URL.createObjectURL(new Blob([packed.bytes], { type: "application/zip" }));
    const name = "chainrule-work.zip";
    html("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
    const comments = packed.comments.length ? [words.comments(packed.comments)] : [];
    tell(words.exported(packed.units.length, name), ...comments);
  }

  async function bring(chosen) {
    file.value = "";
    if (!chosen) return;
    const [{ unpack, Unreadable }, { bringIn, compare }] = await Promise.all([
      import("./archive.js"),
      import("./importing.js"),
    ]);
    let found;
    try {
      found = await unpack(chosen, new Set(units.map((unit) => unit.unit)));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      return tell(words.unreadable(chosen.name, words[error.message]));
    }
    const { coming, same, empty } = compare(units, store, found.texts, found.notes);
    const differing = coming.filter((one) => one.differs);
    let taken = coming;
    if (differing.length) {
      const answer = await ask(words.importAsk(differing.map(called)), words.importAskMore, [
        ["replace", words.replace, "primary"],
        ["keep", words.keepMine],
      ]);
      if (!answer) return;
      if (answer === "keep") taken = coming.filter((one) => !one.differs);
    }
    const before = bringIn(store, taken);
    const kept = coming.filter((one) => !taken.includes(one));
    tell(
      taken.length ? words.imported(taken.map(called)) : words.importedNothing,
      ...(same ? [words.same(same)] : []),
      ...(kept.length ? [words.kept(kept.map(called))] : []),
      ...empty.map((unit) => `${words.noFunctions(unit)}.`),
      ...(found.ignored.length ? [words.ignored(found.ignored)] : []),
      ...(taken.length ? [button(words.undoImport, () => (store.restore(before), tell(words.importUndone)))] : []),
    );
  }

  async function eraseAll() {
    if (!(await ask(words.eraseAsk, words.eraseMore, [["yes", words.eraseYes, "danger"]]))) return;
    store.eraseAll();
    tell(words.erased);
  }
}

const called = ({ unit, name }) => `${unit}.${name}`;
const action = (control, more) =>
  html("div", { class: "cr-action" }, control, html("span", { class: "cr-help" }, more));

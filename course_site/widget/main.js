/** What every page of the site runs: exercises, progress, the panel of one's work, and what is kept for offline. */

import { enhance } from "./exercise.js";
import { keepOffline } from "./offline.js";
import { showProgress } from "./progress.js";
import { ROOT, told } from "./site.js";
import { Store } from "./store.js";
import { warn } from "./warning.js";
import { Work } from "./work.js";

const store = new Store(ROOT);

const unit = told("chainrule-unit");
if (unit) {
  const works = new Map(unit.exercises.map((exercise) => [exercise.name, new Work(store, unit.unit, exercise)]));
  for (const section of document.querySelectorAll("section.exercise")) enhance(section, unit, works);
}
showProgress(store);
warn(store);
const panel = document.querySelector(".your-work");
if (panel) import("./your_work.js").then(({ yourWork }) => yourWork(panel, store, told("chainrule-course")));
keepOffline();

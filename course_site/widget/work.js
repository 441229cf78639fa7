/** One exercise as the learner has it: the code, what was said of it, and whether it passed. */

const QUIET = 250; // milliseconds without a keystroke before the code is written

export class Work extends EventTarget {
  /**
   * Fires "replaced" where the code came from elsewhere, and "told" where anything changed that is shown beside it.
   * @param {import("./store.js").Store} store @param {string} unit @param {import("./site.js").Exercise} exercise
   */
  constructor(store, unit, exercise) {
    super();
    Object.assign(this, { store, unit, exercise });
    this.source = this.record.source ?? exercise.stub;
    this.revision = this.record.revision ?? 0;
    this.timer = 0;
    store.addEventListener("change", ({ detail }) => {
      if (detail.unit && (detail.unit !== unit || detail.exercise !== exercise.name)) return;
      this.follow();
      this.dispatchEvent(new Event("told"));
    });
    const leave = () => this.save();
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", leave);
  }

  get record() {
    return this.store.read(this.unit, this.exercise.name);
  }

  get touched() {
    return this.source !== this.exercise.stub;
  }

  /** @returns {"passed"|"changed"|"started"|""} */
  get standing() {
    const { passed } = this.record;
    if (passed !== undefined) return passed === this.source ? "passed" : "changed";
    return this.touched ? "started" : "";
  }

  /** The learner typed. */
  edit(source) {
    this.source = source;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), QUIET);
    this.dispatchEvent(new Event("told"));
  }

  /** Write the code, if it was changed. What another tab wrote meanwhile is kept beside it. */
  save() {
    clearTimeout(this.timer);
    this.timer = 0;
    const { source = this.exercise.stub, revision = 0, other } = this.record;
    if (source === this.source) return;
    const both = revision !== this.revision ? source : other;
    this.revision = revision + 1;
    const written = this.touched ? this.source : undefined;
    this.store.write(this.unit, this.exercise.name, { source: written, revision: this.revision, other: both });
  }

  /** Take over what was written elsewhere, unless there is something of our own to write. */
  follow() {
    if (this.timer) return;
    const { source = this.exercise.stub, revision = 0 } = this.record;
    this.revision = revision;
    if (source === this.source) return;
    this.source = source;
    this.dispatchEvent(new Event("replaced"));
  }

  /** Settle on one of two versions. @param {boolean} other whether it is the other tab's */
  settle(other) {
    const record = this.record;
    if (other) {
      this.source = record.other;
      this.dispatchEvent(new Event("replaced"));
      this.revision = (record.revision ?? 0) + 1;
      const swapped = { source: this.touched ? this.source : undefined, revision: this.revision, other: undefined };
      this.store.write(this.unit, this.exercise.name, swapped);
    } else this.keep({ other: undefined });
  }

  /** Keep what was said of a version of the code. */
  checked(source, outcome) {
    this.keep({ outcome: { ...outcome, source }, ...(outcome.status === "passed" && { passed: source }) });
  }

  keep(fields) {
    this.store.write(this.unit, this.exercise.name, fields);
  }
}

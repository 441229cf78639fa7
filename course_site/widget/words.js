/** Every sentence that the widget says. English first; another language is another object of the same shape. */

/** @param {number} n @param {string} one @param {string} [many] */
const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
const list = (names) =>
  names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", ");
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

const english = {
  // the editor and its buttons
  editorOf: (name) => `Your code for ${name}`,
  editorHelp: "Tab indents. Escape, then Tab, leaves the editor.",
  editorFailed: "The editor could not be loaded. Your work is kept: reload the page when you are connected again.",
  toolsOf: (name) => `Tools for ${name}`,
  check: "Check",
  checkKeys: "Ctrl ⏎",
  checkTitle: "Check (Ctrl or Cmd and Enter)",
  tryIt: "Try it",
  run: "Run",
  hint: "Hint",
  nextHint: "Next hint",
  noMoreHints: "No more hints",
  reset: "Reset",
  stop: "Stop",

  // hints
  hints: { idea: "The idea", formula: "The formula", code: "Nearly the code" },

  // reset
  resetAsk: (name) => `Put the stub of ${name} back?`,
  resetMore: "Your code gives way to the stub. Undo (Ctrl Z) brings it back, for as long as this page is open.",
  resetYes: "Put the stub back",
  resetDone: "The stub is back.",
  undo: "Undo",
  undone: "Your code is back.",
  cancel: "Cancel",

  // Python
  loading: "Getting Python ready",
  loadingBytes: (loaded, total) => `${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ""}`,
  checking: (name) => `Checking ${name} …`,
  running: "Running …",
  queued: "Python is busy with another exercise on this page: stop it first.",
  stopped: "Stopped. Your code is as you left it.",
  tooLong: (seconds) =>
    `This ran for ${count(seconds, "second")} without an end, so it was stopped. Is there a loop that never ends? Your code is as you left it.`,
  pythonFailed: "Python could not be started here.",
  pythonFailedMore: "Check your connection and press the button again. Your code is kept.",

  // what came out
  headline: {
    passed: (n) => (n === 1 ? "Right." : `Right in all ${n} cases.`),
    failed: (wrong, n) => `Not right yet: ${n === 1 ? "the one case" : `${wrong} of ${n} cases`} failed.`,
    "not started": () => "Not started: replace the line raise NotImplementedError with your own code.",
    blocked: () => "This one builds on another exercise, which has to pass first.",
    "not assessed": () => "This cannot be checked in the browser.",
    "grader error": () => "The check itself failed. That is a fault of the course, not yours.",
  },
  status: {
    passed: "passed",
    failed: "not right yet",
    "not started": "not started",
    blocked: "waits for another",
    "not assessed": "not assessed",
    "grader error": "the check failed",
  },
  changed: "changed since it passed",
  started: "in progress",
  casesOf: (name) => `Cases of ${name}`,
  resultOf: (name) => `What the check of ${name} said`,
  earlier: "Said of an earlier version of your code. Check again to see where you are.",
  after: "The idea behind it",
  goNext: (name) => `Next: ${name}`,
  goNextUnit: "The next unit",
  unitDone: "That was the last exercise of this unit.",

  // the scratch cell
  scratchOf: (name) => `Try ${name} out`,
  scratchEditor: (name) => `A few lines to try ${name} out`,
  scratchHelp:
    "All functions of this page are here, as you have written them. print(…) prints, plot(y) or plot(x, y) draws a line, image(array) a picture.",
  output: "What it printed",
  nothingPrinted: "It ran, and printed nothing. Use print(…) to see a value.",
  line: (line, cell) => (cell === "scratch" ? `line ${line} of this cell:` : `line ${line} of ${cell}:`),

  // two tabs
  otherTab: "Another tab changed this exercise as well.",
  otherTabShow: "Show the other version",
  otherTabKeep: "Keep this one",
  followed: "Brought up to date from another tab.",

  // keeping the work
  forbidden:
    "This browser lets the site keep nothing, so your work is gone when you close the page. Export it before you leave.",
  full: "The browser's storage for this site is full: what you write from now on is not kept. Export your work, then erase what you do not need.",
  toYourWork: "Your work",

  // progress
  progress: (passed, total) => `${passed} of ${total} passed`,
  progressChanged: (n) => `, ${n} changed since`,
  unitPassed: "All passed",

  // the panel
  work: {
    title: "Your work",
    where: "What you write stays in this browser. Nothing is sent anywhere.",
    none: "Nothing yet: open a unit, write a function, and it appears here.",
    summary: (passed, total, units) =>
      `${passed} of ${total} exercises passed, in ${count(units, "unit")} that you have begun.`,
    exportButton: "Export",
    exportMore:
      "A zip with your functions, a file for each unit: for chainrule grade, for pytest, or to go on elsewhere.",
    exported: (units, name) => `${name} holds ${count(units, "unit")}.`,
    comments: (names) =>
      `Python cannot read ${list(names)}, so the file has ${names.length === 1 ? "it" : "them"} as a comment.`,
    importButton: "Import",
    importMore: "A zip from here, a zip of an exercises folder, or one unit's .py file.",
    importAsk: (names) =>
      `${count(names.length, "exercise")} here ${names.length === 1 ? "differs" : "differ"} from what is in the file: ${list(names)}.`,
    importAskMore: "Replace what is here? “Keep mine” brings in the rest.",
    replace: "Replace",
    keepMine: "Keep mine",
    imported: (exercises) => `Came in: ${list(exercises)}.`,
    importedNothing: "Nothing new was in it.",
    same: (n) => `${count(n, "exercise")} ${n === 1 ? "was" : "were"} here already, just the same.`,
    kept: (names) => `Kept as ${names.length === 1 ? "it is" : "they are"} here: ${list(names)}.`,
    ignored: (names) => `Ignored, because no unit's file: ${list(names)}.`,
    unreadable: (name, why) => `${name} cannot be read: ${why}.`,
    noZip: "it is no zip file, or damaged",
    noPython: "it is neither a .zip nor a .py file",
    noUnit: "its name is no unit's; call it like the unit, for example conv.py",
    tooLarge: "it is larger than 1 MB",
    notText: "it is not UTF-8 text",
    noFunctions: (name) => `None of the functions of ${name} is in it`,
    undoImport: "Undo the import",
    importUndone: "Everything is as it was before the import.",
    eraseButton: "Erase everything",
    eraseAsk: "Erase all your work in this browser?",
    eraseMore:
      "Your code, your progress and the hints that you saw. It cannot be undone: export first if you may want them again.",
    eraseYes: "Erase everything",
    erased: "Everything is erased.",
  },

  // offline
  offline: {
    title: "Without a connection",
    impossible:
      "This site cannot be kept for offline use at this address or in this browser: it needs https and a service worker.",
    pages: "All pages are kept in this browser: you can read them without a connection.",
    pagesComing: "The pages are being kept in the background.",
    button: (bytes) => `Make Python available offline (${megabytes(bytes)})`,
    coming: (done, bytes) => `Keeping Python: ${megabytes(done)} of ${megabytes(bytes)} …`,
    ready: "Python is kept as well: you can write and check without a connection.",
    failed: "Python could not be kept. Check your connection and the free space, and try again.",
    fresh: "A newer version of this site is ready.",
    useFresh: "Use it now",
  },
};

const LANGUAGES = { en: english };

/** The sentences in the language of the page. */
export const say = LANGUAGES[document.documentElement.lang?.slice(0, 2)] ?? english;

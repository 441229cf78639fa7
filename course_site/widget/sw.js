/**
 * The service worker: the site without a connection.
 *
 * service_worker.py puts BUILD in front of this: which files the site consists of, and their hashes. A build is kept whole
 * or not at all, and pages are served from one build alone, so that a new one never mixes with an old one. Python is
 * large, and is kept once it was needed, or when a page asks for it.
 */
/* global BUILD */

const SCOPE = new URL("./", self.location.href);
const NAME = (group) => `chainrule|${SCOPE.pathname}|${group}|${BUILD[group].stamp}`;
const HASH = "x-chainrule-hash";
const AT_ONCE = 4;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const file = fileOf(event.request);
  if (file) event.respondWith(answer(event.request, file));
});
self.addEventListener("message", (event) => {
  const [port] = event.ports;
  if (event.data === "take over") self.skipWaiting();
  if (event.data === "how is it") event.waitUntil(tell(port));
  if (event.data === "keep python") event.waitUntil(keepPython(port));
});

async function install() {
  await fill("pages", "no-cache");
  // Who had Python still has it: what did not change is not fetched again.
  if ((await ownCaches()).some((name) => name.split("|")[2] === "python"))
    await fill("python", "no-cache").catch(() => {});
}

async function activate() {
  const now = new Set([NAME("pages"), NAME("python")]);
  await Promise.all((await ownCaches()).filter((name) => !now.has(name)).map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The names of the caches of this site, of any build: others may lie below the same host. */
async function ownCaches() {
  return (await caches.keys()).filter(
    (name) => name.split("|").slice(0, 2).join("|") === `chainrule|${SCOPE.pathname}`,
  );
}

/** Which file of this build is asked for: its group and path, or null. */
function fileOf(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== SCOPE.origin || !url.pathname.startsWith(SCOPE.pathname)) return null;
  const path = decodeURI(url.pathname.slice(SCOPE.pathname.length)).replace(/(^|\/)$/, "$1index.html");
  const group = ["pages", "python"].find((one) => path in BUILD[one].files);
  return group ? { group, path } : null;
}

async function answer(request, { group, path }) {
  const kept = await (await caches.open(NAME(group))).match(addressOf(path));
  return kept ?? fetch(request);
}

/** Where a file of the site is. */
const addressOf = (path) => new URL(path, SCOPE).href;

/** Keep every file of a group. `report` is told how many bytes are there. */
async function fill(group, mode, report = () => {}) {
  const cache = await caches.open(NAME(group));
  const waiting = Object.entries(BUILD[group].files);
  let done = 0;
  const one = async () => {
    for (let next; (next = waiting.shift());) {
      const [path, [hash, bytes]] = next;
      if (!(await cache.match(addressOf(path)))) await cache.put(addressOf(path), await found(path, hash, mode));
      report((done += bytes));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

/** A file with the right content: from an earlier build, or from the server. Throws where there is none. */
async function found(path, hash, mode) {
  for (const name of await ownCaches()) {
    const before = await (await caches.open(name)).match(addressOf(path));
    if (before?.headers.get(HASH) === hash) return before;
  }
  for (const cache of [mode, "reload"]) {
    const response = await fetch(addressOf(path), { cache, priority: "low" });
    const body = response.ok ? await response.arrayBuffer() : null;
    if (body && (await sha256(body)).startsWith(hash)) {
      const headers = { "content-type": response.headers.get("content-type") ?? "", [HASH]: hash };
      return new Response(body, { headers });
    }
  }
  throw new Error(`${path} is not as it was built.`);
}

async function sha256(body) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const sizeOf = (group) => Object.values(BUILD[group].files).reduce((sum, [, bytes]) => sum + bytes, 0);

async function isKept(group) {
  if (!(await caches.has(NAME(group)))) return false;
  const there = await (await caches.open(NAME(group))).keys();
  return there.length >= Object.keys(BUILD[group].files).length;
}

async function tell(port) {
  port.postMessage({ pages: await isKept("pages"), python: await isKept("python"), bytes: sizeOf("python") });
}

let keeping; // one at a time, whoever asks

async function keepPython(port) {
  const bytes = sizeOf("python");
  try {
    keeping ??= fill("python", "force-cache", (done) => listeners.forEach((each) => each.postMessage({ done, bytes })));
    if (port) listeners.add(port);
    await keeping;
    await tell(port ?? { postMessage() {} });
  } catch (error) {
    port?.postMessage({ failed: error.message });
  } finally {
    keeping = undefined;
    listeners.delete(port);
  }
}

const listeners = new Set();

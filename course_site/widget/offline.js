/** Lets the service worker keep the site, where there can be one. Without one everything else works all the same. */

import { onPython } from "./interpreter.js";
import { watch } from "./renewal.js";
import { ROOT } from "./site.js";

export const possible = "serviceWorker" in navigator && window.isSecureContext && location.protocol.startsWith("http");

/** Once the page is at rest, let the worker keep the pages; and Python too, once it was needed. */
export function keepOffline() {
  if (!possible) return;
  const worker = new URL("sw.js", ROOT);
  const register = () => navigator.serviceWorker.register(worker, { updateViaCache: "none" }).then(watch, () => {});
  const rest = () =>
    "requestIdleCallback" in window ? requestIdleCallback(register, { timeout: 5000 }) : setTimeout(register, 1000);
  if (document.readyState === "complete") rest();
  else window.addEventListener("load", rest, { once: true });
  let asked = false;
  onPython(({ state }) => {
    if (state !== "ready" || asked) return;
    asked = true;
    askWorker("keep python").catch(() => {});
  });
}

/**
 * Ask the worker something, and hear what it says until it has said the last.
 * @param {"how is it"|"keep python"} question @param {(part: {done: number, bytes: number}) => void} [onpart]
 * @returns {Promise<{pages: boolean, python: boolean, bytes: number}>} Rejects where it failed.
 */
export async function askWorker(question, onpart = () => {}) {
  const { active } = await navigator.serviceWorker.ready;
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if ("failed" in data) reject(new Error(data.failed));
      else if ("done" in data) onpart(data);
      else resolve(data);
    };
    active.postMessage(question, [port2]);
  });
}

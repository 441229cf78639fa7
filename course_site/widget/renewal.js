/** Says when a newer build of the site is there, and takes it up when asked to; browsers do when no page is open. */

import { html } from "../explorers/common/elements.js";
import { button } from "./button.js";
import { say } from "./words.js";

const { offline: words } = say;

/** @param {ServiceWorkerRegistration} registration */
export function watch(registration) {
  const { serviceWorker } = navigator;
  if (registration.waiting) tell(registration);
  registration.addEventListener("updatefound", () => {
    const coming = registration.installing;
    coming?.addEventListener(
      "statechange",
      () => coming.state === "installed" && serviceWorker.controller && tell(registration),
    );
  });
  // What this page would still load is of the old build. Work is kept, so the page can be loaded anew.
  if (serviceWorker.controller)
    serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
}

function tell(registration) {
  if (document.querySelector(".cr-fresh")) return;
  const use = () => registration.waiting?.postMessage("take over");
  document.body.append(html("div", { class: "cr-fresh", role: "status" }, words.fresh, button(words.useFresh, use)));
}

/** Says on the page that work is not kept, where that is so. */

import { html } from "../explorers/common/elements.js";
import { ROOT } from "./site.js";
import { say } from "./words.js";

/** @param {import("./store.js").Store} store */
export function warn(store) {
  const place = html("div", { class: "cr-warning", role: "alert", hidden: true });
  const show = () => {
    place.hidden = store.state === "kept";
    if (place.hidden) return;
    place.replaceChildren(
      say[store.state],
      " ",
      html("a", { href: new URL("syllabus.html#your-work", ROOT).href }, say.toYourWork),
    );
  };
  document.body.prepend(place);
  store.addEventListener("state", show);
  // Who only reads loses nothing.
  store.addEventListener("change", show);
  if (store.state === "full") show();
}

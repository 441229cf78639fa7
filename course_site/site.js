/** What every page loads. It is small; what a page needs besides comes when it is needed. */

import "./widget/main.js";

/** Explorers come when they are near the window. */
const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      mount(target);
    }
  },
  { rootMargin: "600px 0px" },
);

async function mount(figure) {
  const module = await import(new URL(`./explorers/${figure.dataset.explorer}.js`, import.meta.url));
  await module.default(figure);
}

for (const figure of document.querySelectorAll("figure.explorer")) near.observe(figure);

/** Who has no mouse scrolls what is wider than the page with the arrow keys, and has to get there first. */
function reachable(box) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
}

const boxes = [...document.querySelectorAll(".bd-article :is(div.math, .pst-scrollable-table-container)")];
const wide = new ResizeObserver((entries) => entries.forEach(({ target }) => reachable(target)));
for (const box of boxes) wide.observe(box);
document.fonts.addEventListener("loadingdone", () => boxes.forEach(reachable)); // formulas are wider in their own font

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
const wide = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

for (const box of document.querySelectorAll(".bd-article :is(div.math, .pst-scrollable-table-container)")) wide.observe(box);

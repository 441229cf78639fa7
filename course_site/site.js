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

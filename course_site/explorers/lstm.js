/** An LSTM's cell with its gates in hand, and the gradient that reaches back through time. */

import { choice } from "./common/controls.js";
import { html, set } from "./common/elements.js";
import { stage } from "./common/stage.js";
import { gradient } from "./lstm/gradient.js";
import { memory } from "./lstm/memory.js";

export default function mount(figure) {
  const parts = stage(figure, "One step of an LSTM with its gates, and its cell state over time; or the length of a gradient on its way back through time");
  const views = { memory: memory(parts), gradient: gradient(parts) };
  let shown = "memory";

  const view = choice({
    label: "Look at",
    options: [{ value: "memory", label: "the cell" }, { value: "gradient", label: "the gradient" }],
    value: shown,
    change: (name) => {
      views[shown].stop();
      shown = name;
      furnish();
      show();
    },
  }); // prettier-ignore
  const above = html("div", {});
  parts.above.append(view.root, above);
  furnish();
  parts.picture.append(...Object.values(views).map(({ picture }) => picture));

  function furnish() {
    const { tries, controls } = views[shown];
    above.replaceChildren(tries);
    parts.below.replaceChildren(controls);
  }

  function show() {
    for (const [name, { picture }] of Object.entries(views)) set(picture, { display: name === shown ? null : "none" });
    parts.state({ view: shown });
    views[shown].show();
  }

  parts.drawn((width) => {
    const height = views.memory.layout(width);
    views.gradient.layout(width, height);
    show();
    return height;
  });
}

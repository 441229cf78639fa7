/** A mark in the picture that can be dragged with a pointer, or moved with the arrow keys. */

import { set, svg } from "./elements.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * A handle. It is one element that stays in the picture: redraw other layers around it, and move it with `place`.
 * @param {object} options
 * @param {string} options.label what is moved, for screen readers
 * @param {SVGElement[]} options.marks what is seen of it, drawn around (0, 0)
 * @param {[number, number]} [options.target=[44, 44]] width and height of what can be grasped, in pixels
 * @param {function(number, number)} options.drag gets where the pointer has pulled the handle to, in pixels of the picture
 * @param {function(number, number)} options.nudge gets −1, 0 or 1 to the right and downwards, ten times that with Shift
 * @returns {{root: SVGGElement, place: function(number, number, string, {now: number, min: number, max: number}=)}}
 *   `place(x, y, text)` moves it there; `text` says in words where it is; the last argument gives the slider's numbers
 *   where it has such
 */
export function handle({ label, marks, target = [44, 44], drag, nudge }) {
  let [x, y, grip] = [0, 0, null];
  const root = svg("g", { class: "handle", role: "slider", tabindex: "0", "aria-label": label, "aria-valuemin": "0", "aria-valuemax": "1", "aria-valuenow": "0" },
    svg("rect", { class: "target", x: -target[0] / 2, y: -target[1] / 2, width: target[0], height: target[1], rx: 8 }), marks);
  const pixel = (event) => {
    const box = root.ownerSVGElement.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  set(root, {
    onpointerdown: (event) => {
      const [px, py] = pixel(event);
      grip = [px - x, py - y];
      root.setPointerCapture(event.pointerId);
      root.focus({ preventScroll: true });
      event.preventDefault();
    },
    onpointermove: (event) => {
      if (!grip) return;
      const [px, py] = pixel(event);
      drag(px - grip[0], py - grip[1]);
    },
    onlostpointercapture: () => {
      grip = null;
    },
    onkeydown: (event) => {
      const way = ARROWS[event.key];
      if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const size = event.shiftKey ? 10 : 1;
      nudge(way[0] * size, way[1] * size);
    },
  });
  return {
    root,
    place(nextX, nextY, text, numbers) {
      [x, y] = [nextX, nextY];
      set(root, { transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})`, "aria-valuetext": text });
      if (numbers) {
        set(root, { "aria-valuemin": String(numbers.min), "aria-valuemax": String(numbers.max), "aria-valuenow": String(numbers.now) });
      }
    },
  };
}

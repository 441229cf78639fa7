/** One run: the ring, the generator's samples and the discriminator's opinion, in a square of a canvas with an SVG over it. */

import { html, svg } from "../common/elements.js";
import { colour } from "../common/theme.js";

/**
 * @param {CanvasRenderingContext2D} pen of the canvas under the picture
 * @param {ReturnType<import("./frames.js").unpack>} frames
 */
export function painter(pen, frames) {
  const { extent, real, grid } = frames;
  const shade = html("canvas", { width: grid, height: grid });
  const shadePen = shade.getContext("2d");
  const pixels = shadePen.createImageData(grid, grid);
  let ink = {};

  return {
    /** Takes the page's present colours. */
    recolour(element) {
      const [r, g, b] = rgb(colour(element, "--ex-green"));
      ink = { real: colour(element, "--ex-edge"), fake: colour(element, "--ex-blue"), rim: colour(element, "--ex-background"), judge: [r, g, b] };
    },

    /**
     * Paints one run between two frames.
     * @param {[number, number, number]} square left, top and side
     * @param {object} run one of `frames.runs`
     * @param {number} at the frame; between two frames the samples are on their straight way from one to the other
     * @param {{judge: boolean, real: boolean}} seen
     */
    paint([left, top, side], run, at, seen) {
      const [from, part] = [Math.floor(at), at - Math.floor(at)];
      const x = (value) => left + ((value + extent) / (2 * extent)) * side;
      const y = (value) => top + ((extent - value) / (2 * extent)) * side;
      if (seen.judge) {
        const judged = run.judged[Math.round(at)];
        for (let row = 0; row < grid; row++) {
          for (let column = 0; column < grid; column++) {
            const k = 4 * ((grid - 1 - row) * grid + column);
            pixels.data.set(ink.judge, k);
            pixels.data[k + 3] = 150 * judged[row * grid + column];
          }
        }
        shadePen.putImageData(pixels, 0, 0);
        pen.save();
        pen.beginPath();
        pen.roundRect(left, top, side, side, 6);
        pen.clip();
        // The outermost points of the grid lie on the square's border, so half a cell hangs over.
        const over = side / (grid - 1) / 2;
        pen.imageSmoothingEnabled = true;
        pen.imageSmoothingQuality = "high";
        pen.drawImage(shade, left - over, top - over, side + 2 * over, side + 2 * over);
        pen.restore();
      }
      const small = side < 240;
      if (seen.real) {
        pen.strokeStyle = ink.real;
        pen.lineWidth = 1.2;
        pen.beginPath();
        const arm = small ? 1.6 : 2.6;
        for (const [px, py] of real) {
          pen.moveTo(x(px) - arm, y(py));
          pen.lineTo(x(px) + arm, y(py));
          pen.moveTo(x(px), y(py) - arm);
          pen.lineTo(x(px), y(py) + arm);
        }
        pen.stroke();
      }
      const [before, after] = [run.samples[from], run.samples[Math.min(from + 1, run.samples.length - 1)]];
      pen.fillStyle = ink.fake;
      pen.strokeStyle = ink.rim;
      pen.lineWidth = 0.8;
      const size = small ? 2 : 3.2;
      for (let n = 0; n < before.length; n += 2) {
        pen.beginPath();
        pen.arc(x(before[n] + part * (after[n] - before[n])), y(before[n + 1] + part * (after[n + 1] - before[n + 1])), size, 0, 7);
        pen.fill();
        pen.stroke();
      }
    },
  };
}

function rgb(text) {
  const pen = html("canvas", { width: 1, height: 1 }).getContext("2d");
  pen.fillStyle = text;
  pen.fillRect(0, 0, 1, 1);
  return [...pen.getImageData(0, 0, 1, 1).data.slice(0, 3)];
}

/** The rings around the modes: solid and ticked where one is covered, dashed where it is not. */
export function modes([left, top, side], { centers, radius, extent }, counts) {
  const scale = side / (2 * extent);
  const middle = [left + side / 2, top + side / 2];
  return [
    svg("rect", { class: "square", x: left, y: top, width: side, height: side, rx: 6 }),
    ...centers.map(([x, y], k) =>
      svg("circle", { class: counts[k] ? "mode covered" : "mode", cx: middle[0] + x * scale, cy: middle[1] - y * scale, r: radius * scale + (side < 240 ? 3 : 4) })),
  ];
}

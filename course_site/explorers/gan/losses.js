/** What both players have paid so far. */

import { axis, line, points, scale } from "../common/chart.js";
import { svg } from "../common/elements.js";
import { clamp } from "../common/numbers.js";

export const HEIGHT = 112;
const HIGHEST = 3;

/** The chart of one run at `left`, `top`, with the present frame marked. */
export function losses(left, top, width, rounds, run, frame) {
  const x = scale([0, rounds.at(-1)], [left + 26, left + width - 15]);
  const y = scale([0, HIGHEST], [top + HEIGHT - 22, top + 8]);
  const curve = (player, name) =>
    svg("polyline", { class: `loss ${name}`, points: points(run.losses.map((paid, k) => paid && [x(rounds[k]), y(clamp(paid[player], 0, HIGHEST))]).filter(Boolean)) });
  const halfway = rounds[Math.round((rounds.length - 1) / 2)];
  return svg("g", { "aria-hidden": "true" },
    axis({ x, at: y(0), values: width < 240 ? [0, rounds.at(-1)] : [0, halfway, rounds.at(-1)] }),
    axis({ y, at: x(0), values: [0, 1, 2, 3], grid: x.range[1] }),
    svg("line", { class: "present", ...line(x(rounds[frame]), y(0), x(rounds[frame]), y(HIGHEST)) }),
    curve(0, "purple-line"),
    curve(1, "orange-line dashed"));
}

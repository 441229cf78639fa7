/** Where a line crosses the plane that is shown. */

import { score } from "./rule.js";

/** The part of a convex polygon where the score is not negative. */
export function half(polygon, line) {
  return polygon.flatMap((corner, i) => {
    const next = polygon[(i + 1) % polygon.length];
    const [here, there] = [score(corner, line), score(next, line)];
    const kept = here >= 0 ? [corner] : [];
    return here >= 0 === there >= 0 ? kept : [...kept, between(corner, next, here / (here - there))];
  });
}

/** Where the score is 0 on the border of a polygon: two points, or none if the line does not cross it. */
export function border(polygon, line) {
  return polygon.flatMap((corner, i) => {
    const next = polygon[(i + 1) % polygon.length];
    const [here, there] = [score(corner, line), score(next, line)];
    return here >= 0 === there >= 0 ? [] : [between(corner, next, here / (here - there))];
  });
}

const between = (from, to, share) => from.map((value, d) => value + share * (to[d] - value));

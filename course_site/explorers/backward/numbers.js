/** How the numbers of the graph are written. */

import { format } from "../common/numbers.js";

/** In a box: two decimals, fewer where the number is long. */
export const short = (value) => format(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

/** In a formula: a negative number that follows a sign stands in brackets. */
export const factor = (value) => (value < 0 && format(value) !== "0" ? `(${format(value)})` : format(value));

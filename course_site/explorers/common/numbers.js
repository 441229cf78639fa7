/** Numbers: how they are written, and where random ones come from. */

/**
 * A number as people read it: at most `digits` decimals, no trailing zeros, a true minus sign, and a power of ten
 * where it would be too long otherwise.
 * @param {number} value
 * @param {number} [digits=2]
 */
export function format(value, digits = 2) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Math.abs(value) >= 1e6) {
    const [mantissa, exponent] = value.toExponential(1).split("e+");
    return `${mantissa.replace("-", "−")}·10${superscript(exponent)}`;
  }
  const rounded = Number(value.toFixed(digits));
  return (Object.is(rounded, -0) ? "0" : String(rounded)).replace("-", "−");
}

/** The same with a sign in front, "+3" or "−3"; 0 stays "0". */
export const signed = (value, digits = 2) => (format(value, digits) === "0" ? "0" : (value > 0 ? "+" : "") + format(value, digits));

/** "1 round", "2 rounds". */
export const plural = (count, noun, several = `${noun}s`) => `${count} ${count === 1 ? noun : several}`;

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * A generator of random numbers that gives the same for the same seed (mulberry32).
 * @param {number} seed a whole number
 * @returns {{uniform: function(number=, number=): number, normal: function(): number, integer: function(number, number): number}}
 *   `uniform(low, high)` excludes high; `integer(low, high)` includes both.
 */
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return {
    uniform: (low = 0, high = 1) => low + (high - low) * next(),
    integer: (low, high) => low + Math.floor((high - low + 1) * next()),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  };
}

const superscript = (digits) => [...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("");

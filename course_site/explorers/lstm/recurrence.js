/** How long the gradient is that comes back through time: in a plain RNN, and along an LSTM's cell state. */

import { random } from "../common/numbers.js";

const [UNITS, INPUT] = [16, 0.1];
export const STEPS = 100;

const chance = random(5);
const matrix = (rows, columns, size) => Array.from({ length: rows }, () => Array.from({ length: columns }, () => size * chance.normal()));
const WH = matrix(UNITS, UNITS, 1 / Math.sqrt(UNITS));
const INPUTS = matrix(STEPS, UNITS, INPUT);
const DH = normalized(matrix(1, UNITS, 1)[0]);

/**
 * The RNN h = tanh(x + h @ wh), whose random recurrent weights are multiplied by `gain`.
 * @returns wh (H, H), what the input adds at each step (T, H), and the gradient dh (H) that arrives at the last state
 */
export const rnn = (gain) => ({ wh: WH.map((row) => row.map((weight) => gain * weight)), inputs: INPUTS, dh: DH });

/** The lengths of dh after 0, 1, …, T steps back: each goes through the tanh and through the transposed wh. */
export function rnnGradient({ wh, inputs, dh }) {
  const states = [];
  let h = wh.map(() => 0);
  for (const x of inputs) {
    h = x.map((entering, k) => Math.tanh(h.reduce((sum, from, j) => sum + from * wh[j][k], entering)));
    states.push(h);
  }
  const lengths = [length(dh)];
  for (const state of states.reverse()) {
    const dz = dh.map((d, k) => d * (1 - state[k] ** 2));
    dh = wh.map((row) => row.reduce((sum, weight, k) => sum + dz[k] * weight, 0));
    lengths.push(length(dh));
  }
  return lengths;
}

/** dc after 0, 1, …, T steps back along the cell state: each multiplies it by the forget gate. */
export function lstmGradient(forget) {
  const gradients = [1];
  for (let k = 0; k < STEPS; k++) gradients.push(gradients[k] * forget);
  return gradients;
}

function normalized(vector) {
  const size = length(vector);
  return vector.map((entry) => entry / size);
}

function length(vector) {
  return Math.hypot(...vector);
}

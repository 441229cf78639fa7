/** An LSTM of one unit whose gates are set by hand, step by step: the formulas of exercises/lstm. */

/** One step. i, f and o are between 0 and 1, g between −1 and 1. Returns the new c and h, and what is on the way. */
export function cell(c, { i, f, g, o }) {
  const [kept, written] = [f * c, i * g];
  const next = kept + written;
  return { old: c, kept, written, c: next, shown: Math.tanh(next), h: o * Math.tanh(next) };
}

/**
 * A sequence, from a cell state of 0.
 * @param {{i: number[], f: number[], g: number[], o: number[]}} gates
 * @returns {ReturnType<cell>[]} one entry a step
 */
export function sequence(gates) {
  const steps = [];
  for (let t = 0; t < gates.f.length; t++) steps.push(cell(t ? steps[t - 1].c : 0, at(gates, t)));
  return steps;
}

export const at = ({ i, f, g, o }, t) => ({ i: i[t], f: f[t], g: g[t], o: o[t] });

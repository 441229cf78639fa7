/** The perceptron's rule, as in the lesson, for samples of two features. A line is `{ w: [w1, w2], b }`. */

export const score = ([x1, x2], { w, b }) => b + x1 * w[0] + x2 * w[1];
/** 0 counts as +1. */
export const label = (value) => (value >= 0 ? 1 : -1);

/** Every step of training: samples in order, from w = 0 and b = 0, until an epoch is clean or the epochs run out. */
export function train(x, y, lr, epochs) {
  const steps = [];
  let line = { w: [0, 0], b: 0 };
  for (let epoch = 0; epoch < epochs; epoch++) {
    let clean = true;
    for (let i = 0; i < x.length; i++) {
      const before = line;
      const wrong = label(score(x[i], before)) !== y[i];
      if (wrong) {
        clean = false;
        line = { w: before.w.map((weight, d) => weight + lr * y[i] * x[i][d]), b: before.b + lr * y[i] };
      }
      steps.push({ epoch, sample: i, score: score(x[i], before), wrong, before, after: line });
    }
    if (clean) break;
  }
  return steps;
}

/** The guessers of the lesson. Each plays a whole game: a list of rounds, the last of which is right if it ever is. */

export const X = 100; // the model is y = k·x, and x is always this
export const TOLERANCE = 0.5; // a guess that is nearer than this is right when it is rounded
export const MAX_ROUNDS = 100;
export const SHRINKING = [0.2, 0.1, 0.02]; // the steps of the lesson's game; the last one is kept

export const predict = (k, x) => k * x;
export const differenceLoss = (yTrue, yPred) => yTrue - yPred;
export const signLoss = (yTrue, yPred) => Math.sign(yTrue - yPred);
export const fixedStep = (k, loss, step) => k + step * Math.sign(loss);
export const gradientStep = (k, x, loss, lr) => k + lr * loss * x;

/** The numbers that are left after their middle was guessed; the answer is the sign of secret − guess. */
export function halve(low, high, answer) {
  const guess = Math.floor((low + high) / 2);
  if (answer > 0) return [guess + 1, high];
  if (answer < 0) return [low, guess - 1];
  return [guess, guess];
}

/** Sign: a step of a fixed size, or of sizes that shrink, in the direction of the answer. */
export function bySign(secret, k, step, shrinking) {
  return play(secret, k, (k, loss, round) => {
    const size = shrinking ? SHRINKING[Math.min(round, SHRINKING.length - 1)] : step;
    return { next: fixedStep(k, signLoss(secret, predict(k, X)), size), size };
  });
}

/** Distance: a gradient step, as long as the gap asks for. */
export function byDistance(secret, k, lr) {
  return play(secret, k, (k, loss) => ({ next: gradientStep(k, X, loss, lr), size: lr }));
}

/** Predict, measure the gap, stop if it is small enough, otherwise adjust k. */
function play(secret, k, adjust) {
  const rounds = [];
  while (rounds.length < MAX_ROUNDS) {
    const guess = predict(k, X);
    const loss = differenceLoss(secret, guess);
    const right = Math.abs(loss) < TOLERANCE;
    const { next, size } = right ? { next: k } : adjust(k, loss, rounds.length);
    rounds.push({ k, guess, loss, right, size, next });
    if (right) break;
    k = next;
  }
  return rounds;
}

/** Halving: no model and no step, only what is still possible. */
export function byHalving(secret) {
  const rounds = [];
  let [low, high] = [0, 100];
  while (!rounds.at(-1)?.right) {
    const guess = Math.floor((low + high) / 2);
    const loss = differenceLoss(secret, guess);
    const next = halve(low, high, Math.sign(loss));
    rounds.push({ low, high, guess, loss, right: loss === 0, next });
    [low, high] = next;
  }
  return rounds;
}

/** The steps of the unit on optimizers, for arrays of weights. Each returns new arrays and leaves the old ones alone. */

export const sgdStep = (w, dw, lr) => w.map((weight, i) => weight - lr * dw[i]);

export function momentumStep(w, dw, v, lr, momentum) {
  const velocity = v.map((speed, i) => momentum * speed + dw[i]);
  return [w.map((weight, i) => weight - lr * velocity[i]), velocity];
}

export function adamStep(w, dw, m, v, t, lr, beta1, beta2, eps) {
  const mean = m.map((value, i) => beta1 * value + (1 - beta1) * dw[i]);
  const square = v.map((value, i) => beta2 * value + (1 - beta2) * dw[i] ** 2);
  const step = (i) => (lr * (mean[i] / (1 - beta1 ** t))) / (Math.sqrt(square[i] / (1 - beta2 ** t)) + eps);
  return [w.map((weight, i) => weight - step(i)), mean, square];
}

/** Where each optimizer is after 0, 1, …, `steps` steps down a surface. */
export function race(surface, start, steps, { lr, momentum, adamLr }) {
  const zeros = start.map(() => 0);
  const runners = {
    sgd: { state: [], step: (w, dw) => [sgdStep(w, dw, lr)] },
    momentum: { state: [zeros], step: (w, dw, t, v) => momentumStep(w, dw, v, lr, momentum) },
    adam: { state: [zeros, zeros], step: (w, dw, t, m, v) => adamStep(w, dw, m, v, t, adamLr, 0.9, 0.999, 1e-8) },
  };
  return Object.fromEntries(Object.entries(runners).map(([name, { state, step }]) => {
    const path = [start];
    for (let t = 1; t <= steps; t++) {
      const w = path.at(-1);
      const [next, ...kept] = step(w, surface.gradient(w), t, ...state);
      path.push(next);
      state = kept;
    }
    return [name, path];
  }));
}

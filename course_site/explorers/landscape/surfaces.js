/** Landscapes: a loss of two weights, its gradient, where it is lowest, and how much of it is shown. */

export const SURFACES = {
  ravine: {
    label: "ravine",
    formula: "L = ½ (w₁² + 25 w₂²)",
    goal: [0, 0],
    reach: 10.5, // w₁ is shown from −reach to reach
    loss: ([w1, w2]) => 0.5 * (w1 ** 2 + 25 * w2 ** 2),
    gradient: ([w1, w2]) => [w1, 25 * w2],
  },
  valleys: {
    label: "two valleys",
    formula: "L = ½ (w₁²/4 − 4)² + w₁/2 + 2 w₂² + 2.1",
    goal: [-4.12, 0],
    reach: 7,
    loss: ([w1, w2]) => 0.5 * (w1 ** 2 / 4 - 4) ** 2 + w1 / 2 + 2 * w2 ** 2 + 2.1,
    gradient: ([w1, w2]) => [(w1 ** 2 / 4 - 4) * (w1 / 2) + 0.5, 4 * w2],
  },
  plain: {
    label: "flat plain",
    formula: "L = 10 (1 − exp(−(w₁² + 4 w₂²) / 8))",
    goal: [0, 0],
    reach: 7,
    loss: ([w1, w2]) => 10 * (1 - Math.exp(-(w1 ** 2 + 4 * w2 ** 2) / 8)),
    gradient: ([w1, w2]) => {
      const slope = 10 * Math.exp(-(w1 ** 2 + 4 * w2 ** 2) / 8);
      return [(slope * w1) / 4, slope * w2];
    },
  },
};

/**
 * Two inputs, two hidden units with a ReLU, one output and a squared error, for one example: `mlp_forward`,
 * `mlp_backward` and `mse_loss` of the course as a graph of single numbers.
 *
 * Every number has a name, as in the exercises: "w1[0,1]", "hidden[1]", "dhidden[1]". The index of the example and that
 * of the output are left out, as there is one of each. A number is known by its name in plain objects, and a node is
 * `{ name, value(n), text, from }`: `from` lists what goes into it, each with its local derivative.
 */

const one = { text: "1", value: () => 1, shown: [] };
const number = (name) => ({ text: name, value: (n) => n[name], shown: [name] });

/** A sum of products and a bias. In a · b the derivative for a is b. */
function affine(name, products, bias) {
  return {
    name,
    text: [...products.map((pair) => pair.join(" · ")), bias].join(" + "),
    value: (n) => products.reduce((sum, [a, b]) => sum + n[a] * n[b], 0) + n[bias],
    from: [
      ...products.flatMap(([a, b]) => [{ name: a, local: number(b) }, { name: b, local: number(a) }]),
      { name: bias, local: one },
    ],
  };
}

/** The larger of a number and 0. At 0 the derivative is 0. */
function relu(name, source) {
  const slope = { text: `1 if ${source} > 0 else 0`, value: (n) => (n[source] > 0 ? 1 : 0), shown: [source] };
  return { name, text: `max(${source}, 0)`, value: (n) => Math.max(n[source], 0), from: [{ name: source, local: slope }] };
}

function squaredError(name, output, target) {
  const slope = { text: `2 · (${output} − ${target})`, value: (n) => 2 * (n[output] - n[target]), shown: [output, target] };
  return { name, text: `(${output} − ${target})²`, value: (n) => (n[output] - n[target]) ** 2, from: [{ name: output, local: slope }] };
}

/** In the order of the forward pass. */
export const NODES = [
  affine("hidden[0]", [["x[0]", "w1[0,0]"], ["x[1]", "w1[1,0]"]], "b1[0]"),
  affine("hidden[1]", [["x[0]", "w1[0,1]"], ["x[1]", "w1[1,1]"]], "b1[1]"),
  relu("h[0]", "hidden[0]"),
  relu("h[1]", "hidden[1]"),
  affine("out", [["h[0]", "w2[0]"], ["h[1]", "w2[1]"]], "b2"),
  squaredError("loss", "out", "target"),
];

export const WEIGHTS = ["w1[0,0]", "w1[0,1]", "w1[1,0]", "w1[1,1]", "b1[0]", "b1[1]", "w2[0]", "w2[1]", "b2"];
export const INPUTS = ["x[0]", "x[1]", ...WEIGHTS, "target"];

/** In the order of the backward pass: each comes after everything that it goes into. */
const BACKWARD = [
  "out", "b2", "w2[0]", "w2[1]", "h[0]", "h[1]", "hidden[0]", "hidden[1]",
  "b1[0]", "w1[0,0]", "w1[1,0]", "b1[1]", "w1[0,1]", "w1[1,1]", "x[0]", "x[1]",
]; // prettier-ignore

/** Every path back to a number: the nodes it goes into, with the local derivative. */
const paths = (name) => NODES.flatMap((node) => node.from.filter((each) => each.name === name).map(({ local }) => ({ via: node.name, local })));

/**
 * What is computed, one number a step. Forward: `{ phase, name, node }`; backward: `{ phase, name, of, paths }`, where
 * `name` is the gradient ("dx[0]") and `of` what it belongs to ("x[0]").
 */
export const STEPS = [
  ...NODES.map((node) => ({ phase: "forward", name: node.name, node })),
  ...BACKWARD.map((name) => ({ phase: "backward", name: `d${name}`, of: name, paths: paths(name) })),
];

/** The gradient's name of a number; that of the loss itself is 1 and needs none. */
export const upstreamName = (via) => (via === "loss" ? "1" : `d${via}`);

/** All numbers after the forward pass, from the twelve that are given. */
export function forward(inputs) {
  const numbers = { ...inputs };
  for (const node of NODES) numbers[node.name] = node.value(numbers);
  return numbers;
}

/** The gradient of the loss with respect to every number, named "dx[0]", …: the chain rule, path by path. */
export function backward(numbers) {
  const gradients = { dloss: 1 };
  for (const name of BACKWARD) {
    gradients[`d${name}`] = paths(name).reduce((sum, { via, local }) => sum + gradients[`d${via}`] * local.value(numbers), 0);
  }
  return gradients;
}

/** One step of gradient descent on the weights and biases. */
export function descend(inputs, gradients, lr) {
  return { ...inputs, ...Object.fromEntries(WEIGHTS.map((name) => [name, inputs[name] - lr * gradients[`d${name}`]])) };
}

/** A convolution layer, as in the lesson, for one image, one channel and one filter. */

export const grid = (rows, columns, entry) => Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => entry(i, j)));

const outputSize = (size, kernel, stride, padding) => Math.floor((size + 2 * padding - kernel) / stride) + 1;

export const pad = (x, padding) => grid(x.length + 2 * padding, x[0].length + 2 * padding, (r, c) => x[r - padding]?.[c - padding] ?? 0);

/** The products that make out[i, j], row by row: pixel (r, c) of the padded image meets entry (p, q) of the filter. */
export const termsOfOutput = (i, j, w, stride) =>
  w.flatMap((row, p) => row.map((_, q) => ({ i, j, p, q, r: i * stride + p, c: j * stride + q })));

export function convolve(x, w, b, stride, padding) {
  const padded = pad(x, padding);
  return grid(outputSize(x.length, w.length, stride, padding), outputSize(x[0].length, w[0].length, stride, padding), (i, j) =>
    termsOfOutput(i, j, w, stride).reduce((sum, { r, c, p, q }) => sum + padded[r][c] * w[p][q], b));
}

/** The same loops, but adding to the window instead of reading from it. The border is still there. */
export function gradientOfPadded(dout, x, w, stride, padding) {
  const dpadded = pad(x, padding).map((row) => row.map(() => 0));
  dout.forEach((row, i) => row.forEach((upstream, j) => {
    for (const { r, c, p, q } of termsOfOutput(i, j, w, stride)) dpadded[r][c] += upstream * w[p][q];
  }));
  return dpadded;
}

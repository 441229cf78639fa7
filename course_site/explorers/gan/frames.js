/** What gan_frames.py has written, unpacked, and what is counted in it as exercises/gan counts. */

/**
 * @param {object} data gan_frames.json
 * @returns {{rounds: number[], extent: number, centers: number[][], radius: number, real: number[][], grid: number,
 *   runs: Object<string, {turns: number, losses: number[][], samples: Float64Array[], judged: Float32Array[]}>}}
 *   of each frame `samples`: x and y in turn, and `judged`: the discriminator's probabilities, rows from the lowest y up
 */
export function unpack(data) {
  const { positions, extent, samples, grid, shades } = data;
  const runs = Object.entries(data.runs).map(([name, run]) => {
    const places = new Uint16Array(bytes(run.samples).buffer);
    const coordinates = Float64Array.from(places, (place) => (place / (positions - 1)) * (2 * extent) - extent);
    const probabilities = Float32Array.from(bytes(run.judged), (shade) => shade / (shades - 1));
    return [name, { turns: run.turns, losses: run.losses, samples: cut(coordinates, 2 * samples), judged: cut(probabilities, grid * grid) }];
  });
  return { ...data, runs: Object.fromEntries(runs) };
}

const bytes = (base64) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
const cut = (array, length) => Array.from({ length: array.length / length }, (_, k) => array.subarray(k * length, (k + 1) * length));

/** How many samples lie within `radius` of each center. */
export function near(samples, centers, radius) {
  return centers.map(([x, y]) => {
    let count = 0;
    for (let n = 0; n < samples.length; n += 2) {
      if (Math.sqrt((samples[n] - x) ** 2 + (samples[n + 1] - y) ** 2) <= radius) count++;
    }
    return count;
  });
}

/** A mode is covered if at least one sample lies within the radius of its center. */
export const modesCovered = (counts) => counts.filter((count) => count > 0).length;

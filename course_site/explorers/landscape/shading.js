/** The ground of a landscape: bands of equal loss, darker (or lighter, on a dark page) the higher they lie. */

import { colour } from "../common/theme.js";

const BANDS = 11;
const STRENGTH = 0.36; // how much of the colour the highest band has

/**
 * Paints a canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {function([number, number]): number} loss
 * @param {{map: {width: number, height: number}, across: object, up: object}} layout its scales tell where the weights lie
 */
export function shade(canvas, loss, { map, across, up }) {
  const density = Math.min(2, devicePixelRatio);
  [canvas.width, canvas.height] = [map.width * density, map.height * density];
  [canvas.style.width, canvas.style.height] = [`${map.width}px`, `${map.height}px`];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = colour(canvas, "--ex-blue");
  context.fillRect(0, 0, canvas.width, canvas.height);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  // Of the root of the loss the bands are equally high: in a bowl they are equally wide then.
  const root = (x, y) => Math.sqrt(Math.max(0, loss([across.invert(x), up.invert(y)])));
  const top = Math.max(root(0, 0), root(map.width, 0), root(0, map.height), root(map.width, map.height));
  for (let y = 0, i = 3; y < canvas.height; y++) {
    for (let x = 0; x < canvas.width; x++, i += 4) {
      const band = Math.min(BANDS, Math.floor((BANDS * root(x / density, y / density)) / top));
      image.data[i] = (255 * STRENGTH * band) / BANDS;
    }
  }
  context.putImageData(image, 0, 0);
}

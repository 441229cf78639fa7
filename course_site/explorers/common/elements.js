/** Making HTML and SVG elements. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element. Attributes that are `null`, `undefined` or `false` are left out, `true` is an empty one, and a
 * function under `onclick`, `oninput`, … becomes a listener.
 * @param {string} tag
 * @param {Object<string, *>} [attributes]
 * @param {...(Node|string)} children
 */
export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element; attributes and children as for `html`. Numbers are rounded to a hundredth of a pixel. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Sets attributes of an element that is there already; see `html` for what they may be. */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.replace(/^on/, ""), value);
    else if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? "" : typeof value === "number" ? round(value) : value);
  }
  return element;
}

function fill(element, attributes, children) {
  set(element, attributes);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const round = (value) => String(Math.round(value * 100) / 100);

/** Pictures that Python drew: in the page itself, for they take its colours, and without anything that could run. */

/** @param {string} text @returns {Element|null} the picture, or null where it is none */
export function pictureOf(text) {
  const picture = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (picture.localName !== "svg") return null;
  for (const element of [picture, ...picture.querySelectorAll("*")]) {
    if (/^(script|style|foreignObject|a|use|animate|set)$/i.test(element.localName)) element.remove();
    for (const { name, value } of [...element.attributes]) {
      const runs = /^on/i.test(name) || (/href$/i.test(name) && !value.startsWith("data:image/png;"));
      if (runs) element.removeAttribute(name);
    }
  }
  return document.importNode(picture, true);
}

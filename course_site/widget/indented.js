/** The style of a line of code of which the rest, where it is wrapped, stands as far in as its beginning. */
export const indented = (line) => `--indent: ${line.match(/^ */)[0].length}ch`;

/** Long lines are wrapped, and what is wrapped stands as far in as the line: Python reads badly otherwise, and so do phones. */

import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin } from "@codemirror/view";
import { indented } from "./indented.js";

const lines = ViewPlugin.fromClass(
  class {
    constructor(view) {
      this.decorations = decorated(view);
    }

    update(update) {
      if (update.docChanged || update.viewportChanged) this.decorations = decorated(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function decorated(view) {
  const builder = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to;) {
      const line = view.state.doc.lineAt(at);
      builder.add(line.from, line.from, Decoration.line({ attributes: { style: indented(line.text) } }));
      at = line.to + 1;
    }
  }
  return builder.finish();
}

export const wrapping = [EditorView.lineWrapping, lines];

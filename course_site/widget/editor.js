/** The editor: CodeMirror with Python. It is a chunk of its own, so that a page is there before it. */

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { wrapping } from "./wrapping.js";

/**
 * @param {HTMLElement} parent
 * @param {{source: string, label: string, describedBy?: string, hint?: string, numbered?: boolean,
 *          onedit: (source: string) => void, onenter: () => void}} options `onenter` is called for Ctrl-Enter
 */
export function edit(parent, { source, label, describedBy, hint = "", numbered = true, onedit, onenter }) {
  const enter = { key: "Mod-Enter", run: () => (onenter(), true) };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: source,
      extensions: [
        keymap.of([enter, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
        numbered ? lineNumbers() : [],
        history(),
        drawSelection(),
        highlightSpecialChars(),
        indentUnit.of("    "),
        EditorState.tabSize.of(4),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        python(),
        wrapping,
        syntaxHighlighting(classHighlighter),
        placeholder(hint),
        EditorView.contentAttributes.of({
          "aria-label": label,
          ...(describedBy && { "aria-describedby": describedBy }),
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => {
          const foreign = update.transactions.some((transaction) => transaction.isUserEvent("replace"));
          if (update.docChanged && !foreign) onedit(view.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    focus: () => view.focus(),
    /** Put other code in the place of all there is: one step of undo. */
    replace(text) {
      if (text === view.state.doc.toString()) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, userEvent: "replace" });
    },
  };
}

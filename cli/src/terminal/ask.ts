/**
 * @module One question and its answer, in a line. The answer is edited at its end only; what is secret is not shown, nor
 * how long it is.
 */
import { type Key, nameOfKey } from '#input/key.ts'
import { type Draft, emptyDraft, erase, insert } from '#input/editor.ts'
import { printable } from '#text/printable.ts'

export type Asked =
  | { readonly kind: 'going-on'; readonly draft: Draft }
  /** What was typed behind it is not this question's. */
  | { readonly kind: 'answered'; readonly text: string; readonly rest: readonly Key[] }
  | { readonly kind: 'interrupted' }

export function answerWith(before: Draft, keys: readonly Key[]): Asked {
  let draft = before
  for (const [at, key] of keys.entries()) {
    if (key.kind === 'text') {
      draft = insert(draft, key.text)
      continue
    }
    if (key.kind === 'paste') {
      // Several lines of a paste are one answer: the 24 words, as somebody kept them.
      draft = insert(draft, key.text.trim().replaceAll(/\s*\n\s*/g, ' '))
      continue
    }
    switch (nameOfKey(key)) {
      case 'enter':
      case 'ctrl+j':
        return { kind: 'answered', text: draft.text, rest: keys.slice(at + 1) }
      case 'ctrl+c':
        return { kind: 'interrupted' }
      case 'ctrl+d':
        if (draft.text === '') return { kind: 'interrupted' }
        break
      case 'backspace':
        draft = erase(draft, 'letter-left')
        break
      case 'ctrl+w':
      case 'alt+backspace':
        draft = erase(draft, 'word-left')
        break
      case 'ctrl+u':
        draft = emptyDraft
        break
      default:
        break
    }
  }
  return { kind: 'going-on', draft }
}

/** What to write so that the line shows the answer as it is now. */
export function redraw(question: string, shown: string, before: string): string {
  if (shown.startsWith(before)) return printable(shown.slice(before.length))
  return `\r\u001b[2K${printable(question)}${printable(shown)}`
}

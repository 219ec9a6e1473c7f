/**
 * @module A text that is being written: what it says and where the cursor stands. Every change gives a new one.
 */
import { letters, textWidth } from '#screen/width.ts'

export interface Draft {
  readonly text: string
  /** In UTF-16 units, never inside of a letter. */
  readonly cursor: number
}

export const emptyDraft: Draft = { text: '', cursor: 0 }

export function draftOf(text: string): Draft {
  return { text, cursor: text.length }
}

export function insert({ text, cursor }: Draft, added: string): Draft {
  return { text: text.slice(0, cursor) + added + text.slice(cursor), cursor: cursor + added.length }
}

export type Motion =
  'letter-left' | 'letter-right' | 'word-left' | 'word-right' | 'line-start' | 'line-end'

export function move(draft: Draft, motion: Motion): Draft {
  return { ...draft, cursor: target(draft, motion) }
}

/** Takes away what lies between here and there. */
export function erase(draft: Draft, motion: Motion): Draft {
  const there = target(draft, motion)
  const [from, to] = there < draft.cursor ? [there, draft.cursor] : [draft.cursor, there]
  return { text: draft.text.slice(0, from) + draft.text.slice(to), cursor: from }
}

function target({ text, cursor }: Draft, motion: Motion): number {
  const before = text.slice(0, cursor)
  const after = text.slice(cursor)
  switch (motion) {
    case 'letter-left':
      return cursor - (lettersAndBreaks(before).at(-1)?.length ?? 0)
    case 'letter-right':
      return cursor + (lettersAndBreaks(after)[0]?.length ?? 0)
    case 'word-left':
      return before.search(/\S*\s*$/u)
    case 'word-right':
      return cursor + (/^\s*\S*/u.exec(after)?.[0].length ?? 0)
    case 'line-start':
      return before.lastIndexOf('\n') + 1
    case 'line-end': {
      const end = after.indexOf('\n')
      return end === -1 ? text.length : cursor + end
    }
  }
}

/** Everything, so that what has no width can be erased, too. */
function lettersAndBreaks(text: string): readonly string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

export interface DraftLines {
  readonly lines: readonly string[]
  readonly cursor: { readonly x: number; readonly y: number }
}

/** As it is shown in so many columns. Letters break lines here, not words: what is typed must not jump. */
export function draftLines({ text, cursor }: Draft, columns: number): DraftLines {
  const lines = ['']
  let width = 0
  let at = 0
  let place: DraftLines['cursor'] | undefined
  const nextLine = (): void => {
    lines.push('')
    width = 0
  }
  for (const piece of lettersAndBreaks(text)) {
    if (at >= cursor) place ??= { x: width, y: lines.length - 1 }
    at += piece.length
    if (piece === '\n') {
      nextLine()
      continue
    }
    const shown = letters(piece === '\t' ? ' ' : piece).join('')
    const more = textWidth(shown)
    if (width + more > columns) {
      // The cursor stands where the next letter will.
      if (place?.y === lines.length - 1 && at - piece.length === cursor) place = undefined
      nextLine()
      if (at - piece.length >= cursor) place ??= { x: 0, y: lines.length - 1 }
    }
    lines[lines.length - 1] += shown
    width += more
  }
  if (place === undefined) {
    if (width >= columns) nextLine()
    place = { x: width, y: lines.length - 1 }
  }
  return { lines, cursor: place }
}

/** One shown line up or down; undefined when there is none. */
export function moveVertically(draft: Draft, columns: number, by: -1 | 1): Draft | undefined {
  const { lines, cursor } = draftLines(draft, columns)
  const wanted = cursor.y + by
  if (wanted < 0 || wanted >= lines.length) return undefined
  let best: { readonly at: number; readonly off: number } | undefined
  let at = 0
  for (const piece of [...lettersAndBreaks(draft.text), '']) {
    const place = draftLines({ text: draft.text, cursor: at }, columns).cursor
    const off = Math.abs(place.x - cursor.x)
    if (place.y === wanted && (best === undefined || off < best.off)) best = { at, off }
    at += piece.length
  }
  return best === undefined ? undefined : { ...draft, cursor: best.at }
}

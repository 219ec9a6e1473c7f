/**
 * @module Where things stand in the window. In a narrow one there is one pane at a time.
 */
import type { ChatState } from '#chat/state.ts'
import { decisionOf, writingOf } from '#chat/state.ts'
import { draftLines } from '#input/editor.ts'
import type { Box } from '#screen/frame.ts'

export interface Layout {
  readonly header: Box
  /** Undefined where only the conversation is seen. */
  readonly list: Box | undefined
  readonly conversation: Conversation | undefined
  readonly hints: Box
}

interface Conversation {
  readonly title: Box
  readonly thread: Box
  readonly compose: Box
  /** Of the text in the compose box. */
  readonly textColumns: number
}

export const narrowColumns = 60
export const smallest = { columns: 24, rows: 8 } as const

const minListColumns = 24
const maxListColumns = 36
/** `› ` before what is written. */
export const promptColumns = 2

export function isNarrow({ size }: ChatState): boolean {
  return size.columns < narrowColumns
}

export function layout(state: ChatState): Layout {
  const { columns, rows } = state.size
  const header: Box = { x: 0, y: 0, width: columns, height: 2 }
  const hints: Box = { x: 0, y: rows - 1, width: columns, height: 1 }
  const body = { y: 2, height: rows - 3 }
  if (isNarrow(state)) {
    const whole: Box = { x: 0, width: columns, ...body }
    const showsList = state.open === undefined || state.focus === 'list'
    return showsList
      ? { header, hints, list: whole, conversation: undefined }
      : { header, hints, list: undefined, conversation: conversationIn(state, whole) }
  }
  const width = Math.min(maxListColumns, Math.max(minListColumns, Math.floor(columns * 0.3)))
  return {
    header,
    hints,
    list: { x: 0, width, ...body },
    // One column of line, and one of air on each side.
    conversation: conversationIn(state, { x: width + 2, width: columns - width - 3, ...body }),
  }
}

function conversationIn(state: ChatState, box: Box): Conversation {
  const textColumns = Math.max(4, box.width - promptColumns)
  const wanted = composeRows(state, textColumns)
  const height = Math.min(wanted, Math.max(2, Math.floor(box.height / 2)))
  return {
    title: { ...box, height: 2 },
    thread: { ...box, y: box.y + 2, height: Math.max(1, box.height - 2 - height) },
    compose: { ...box, y: box.y + box.height - height, height },
    textColumns,
  }
}

const maxTextRows = 8

/** A line above it, the lines that are written, and what they answer. */
function composeRows(state: ChatState, textColumns: number): number {
  if (state.open === undefined) return 1
  if (decisionOf(state) !== undefined) return 3
  const { draft, replyTo, editing } = writingOf(state)
  const text = Math.min(maxTextRows, draftLines(draft, textColumns).lines.length)
  return 1 + text + (replyTo === undefined && editing === undefined ? 0 : 1)
}

/**
 * @module The list of conversations: two lines each, and what is unread in the seal's red.
 */
import { whenShort } from '#calendar.ts'
import type { ChatState } from '#chat/state.ts'
import { conversationName } from '#directory.ts'
import type { Conversation } from '#engine.ts'
import { type Box, type Frame, lineWidth, put, putRight } from '#screen/frame.ts'
import { type Span, span } from '#screen/ink.ts'
import { clip } from '#screen/width.ts'
import { printable } from '#text/printable.ts'

const rowsEach = 2

export function drawList(frame: Frame, box: Box, state: ChatState): void {
  const { conversations, open } = state
  const room = Math.max(1, Math.floor(box.height / rowsEach))
  const at = conversations.findIndex(({ id }) => id === open)
  // The open one is seen, with what is around it.
  const first = Math.max(0, Math.min(conversations.length - room, at - Math.floor(room / 2)))
  conversations.slice(first, first + room).forEach((conversation, i) => {
    const row: Box = { ...box, y: box.y + i * rowsEach, height: rowsEach }
    drawRow(frame, row, state, conversation)
  })
  const below = conversations.length - first - room
  if (below > 0) {
    putRight(frame, box, box.height - 1, [span(` ${below} more ↓ `, 'faint')])
  }
}

function drawRow(frame: Frame, box: Box, state: ChatState, conversation: Conversation): void {
  const { id, unread, preview, lastAtMillis } = conversation
  const isOpen = id === state.open
  const inner: Box = { ...box, x: box.x + 2, width: box.width - 3 }
  if (isOpen) {
    const ink = state.focus === 'list' ? 'seal' : 'faint'
    for (let y = 0; y < rowsEach; y++) put(frame, box, y, [span('▌', ink)])
  }
  const when = [span(whenShort(state.calendar, lastAtMillis, state.nowMillis), 'faint')]
  putRight(frame, inner, 0, when)
  const name = printable(conversationName(state, id))
  const isStrong = isOpen || unread > 0
  put(frame, inner, 0, [
    span(clip(name, inner.width - lineWidth(when) - 1), isStrong ? 'strong' : 'plain'),
  ])
  const count: readonly Span[] = unread > 0 ? [span(String(unread), 'sealStrong')] : []
  if (unread > 0) putRight(frame, inner, 1, count)
  const room = inner.width - (unread > 0 ? lineWidth(count) + 1 : 0)
  put(frame, inner, 1, secondLine(state, conversation, preview, room))
}

function secondLine(
  state: ChatState,
  { id }: Conversation,
  preview: string,
  room: number,
): readonly Span[] {
  const contact = state.contacts.get(id)
  if (contact?.isBlocked === true) return [span('blocked', 'faint')]
  if (contact?.changedIdentity !== undefined)
    return [span(clip('their key has changed', room), 'care')]
  if (contact?.state === 'request') return [span(clip('wants to write to you', room), 'seal')]
  if (state.typing.has(id)) return [span(clip('is writing …', room), 'faint')]
  if (contact?.state === 'invited' && preview === '') {
    return [span(clip('has not answered yet', room), 'faint')]
  }
  return [span(clip(printable(preview), room), 'faint')]
}

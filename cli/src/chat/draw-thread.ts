/**
 * @module The conversation: who it is with, and what was said.
 */
import { spanInWords } from '#calendar.ts'
import { openLines } from '#chat/scrolling.ts'
import {
  type ChatState,
  openChannel,
  openContact,
  openConversation,
  threadOf,
} from '#chat/state.ts'
import type { Channel } from '#engine.ts'
import { type Box, fill, type Frame, lineWidth, put, putRight } from '#screen/frame.ts'
import { type Span, span } from '#screen/ink.ts'
import { clip } from '#screen/width.ts'
import { printable } from '#text/printable.ts'
import type { ThreadLine } from '#chat/thread-lines.ts'
import { conversationName } from '#directory.ts'

export function drawTitle(frame: Frame, box: Box, state: ChatState): void {
  if (state.open === undefined) return
  const facts = factsOf(state)
  const name = printable(conversationName(state, state.open))
  const room = box.width - lineWidth(facts) - 2
  const isBoth = room >= 8
  put(frame, box, 0, [span(clip(name, isBoth ? room : box.width), 'strong')])
  if (isBoth) putRight(frame, box, 0, facts)
  fill(frame, box, 1, '─', 'faint')
}

function factsOf(state: ChatState): readonly Span[] {
  const contact = openContact(state)
  const timer = openConversation(state)?.timerSeconds ?? 0
  const disappears =
    timer === 0 ? [] : [span(` · messages go after ${spanInWords(timer)}`, 'faint')]
  if (contact === undefined) return [...factsOfChannel(openChannel(state)), ...disappears]
  if (contact.isBlocked) return [span('Blocked', 'care')]
  if (contact.changedIdentity !== undefined) return [span('Key has changed', 'careStrong')]
  switch (contact.state) {
    case 'request':
      return [span('Request', 'seal')]
    case 'invited':
      return [span('Has not answered yet', 'faint'), ...disappears]
    default:
      return contact.verifiedAtMillis === undefined
        ? [span('Not verified', 'faint'), ...disappears]
        : [span('Verified', 'calm'), ...disappears]
  }
}

function factsOfChannel(channel: Channel | undefined): readonly Span[] {
  if (channel === undefined) return []
  if (channel.isForked) return [span('Contradicting records', 'careStrong')]
  if (channel.needsNewer) return [span('Needs a newer Sotto', 'care')]
  const count = channel.members.length
  const role = channel.role === 'admin' ? ', you are an admin' : ''
  return [span(`${count} ${count === 1 ? 'member' : 'members'}${role}`, 'faint')]
}

export function drawThread(frame: Frame, box: Box, state: ChatState): void {
  const { scroll, selected, messages, isWhole } = threadOf(state)
  const lines = openLines(state)
  if (messages.length === 0 && isWhole) {
    put(frame, box, box.height - 1, [span(firstWords(state), 'faint')])
    return
  }
  const end = lines.length - scroll
  const seen = lines.slice(Math.max(0, end - box.height), end)
  // Few messages stand at the bottom, beside where the next one is written.
  const top = box.height - seen.length
  seen.forEach((line, i) => {
    drawLine(frame, box, top + i, line)
    const isSelected = selected !== undefined && line.message === selected
    if (isSelected && line.spans.length > 0) put(frame, box, top + i, [span('▌', 'seal')])
  })
  if (scroll > 0)
    putRight(frame, box, box.height - 1, [span(` ${scroll} lines below ↓ `, 'chosen')])
}

function firstWords(state: ChatState): string {
  return openContact(state)?.state === 'invited'
    ? 'They see what you write when they are there.'
    : 'Nothing was written yet.'
}

function drawLine(frame: Frame, box: Box, y: number, { spans, place, meta }: ThreadLine): void {
  switch (place) {
    case 'left':
      put(frame, box, y, spans)
      break
    case 'right':
      putRight(frame, box, y, spans)
      break
    case 'centre':
      put(frame, box, y, spans, Math.max(0, Math.floor((box.width - lineWidth(spans)) / 2)))
      break
  }
  if (meta !== undefined) putRight(frame, box, y, meta)
}

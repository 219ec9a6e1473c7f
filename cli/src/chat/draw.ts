/**
 * @module The chat as a frame: what is seen, from what is known.
 */
import { drawCompose } from '#chat/draw-compose.ts'
import { drawList } from '#chat/draw-list.ts'
import { drawOverlay } from '#chat/draw-overlay.ts'
import { drawThread, drawTitle } from '#chat/draw-thread.ts'
import { layout, smallest } from '#chat/layout.ts'
import type { ChatState } from '#chat/state.ts'
import { connectionInShort, connectionInWords } from '#chat/words.ts'
import { conversationName } from '#directory.ts'
import { type Box, createFrame, fill, type Frame, lineWidth, put, putRight } from '#screen/frame.ts'
import { type Ink, type Span, span } from '#screen/ink.ts'
import { clip } from '#screen/width.ts'

export function draw(state: ChatState): Frame {
  const { columns, rows } = state.size
  const frame = createFrame(columns, rows)
  if (columns < smallest.columns || rows < smallest.rows) {
    const whole: Box = { x: 0, y: 0, width: columns, height: rows }
    put(frame, whole, 0, [span('Make the window larger.')])
    return frame
  }
  const { header, list, conversation, hints } = layout(state)
  drawHeader(frame, header, state)
  if (list !== undefined) drawList(frame, list, state)
  if (list !== undefined && conversation !== undefined) {
    const line: Box = { x: list.width, y: list.y, width: 1, height: list.height }
    for (let y = 0; y < line.height; y++) put(frame, line, y, [span('│', 'faint')])
  }
  if (conversation !== undefined) {
    if (state.open === undefined) drawEmpty(frame, conversation.thread)
    else {
      drawTitle(frame, conversation.title, state)
      drawThread(frame, conversation.thread, state)
      drawCompose(frame, conversation.compose, state)
    }
  } else if (state.conversations.length === 0 && list !== undefined) drawEmpty(frame, list)
  drawHints(frame, hints, state)
  if (state.overlay !== undefined) drawOverlay(frame, state, state.overlay)
  return frame
}

function drawHeader(frame: Frame, box: Box, state: ChatState): void {
  const { connection, settings } = state
  const inner: Box = { ...box, x: box.x + 1, width: box.width - 2 }
  const name = put(frame, inner, 0, [span('Sotto', 'strong')])
  const ink: Ink = connection === 'online' ? 'calm' : connection === 'offline' ? 'care' : 'faint'
  const whole = [span('● ', ink), span(connectionInWords(connection, settings))]
  const short = [span('● ', ink), span(connectionInShort(connection))]
  putRight(frame, inner, 0, name + 3 + lineWidth(whole) <= inner.width ? whole : short)
  fill(frame, box, 1, '─', 'faint')
}

/** What would be here, and the one thing that makes it so. */
function drawEmpty(frame: Frame, box: Box): void {
  const top = Math.max(0, Math.floor(box.height / 2) - 2)
  put(frame, box, top, [span('Nobody is here yet.')], 2)
  const way: readonly Span[] = [
    span('Ctrl-O', 'seal'),
    span(' makes a link that lets somebody in.'),
  ]
  put(frame, box, top + 2, way, 2)
  put(frame, box, top + 3, [span('Ctrl-K takes a link that somebody gave you.')], 2)
}

function drawHints(frame: Frame, box: Box, state: ChatState): void {
  const inner: Box = { ...box, x: 1, width: box.width - 2 }
  if (state.saying !== undefined) {
    put(frame, inner, 0, [span(clip(state.saying, inner.width), 'care')])
    return
  }
  const right = [span('? help', 'faint')]
  putRight(frame, inner, 0, right)
  const room = inner.width - lineWidth(right) - 2
  const { open } = state
  const isTyping = open !== undefined && state.typing.has(open)
  const left = isTyping ? `${conversationName(state, open)} is writing …` : hintOf(state)
  put(frame, inner, 0, [span(clip(left, room), 'faint')])
}

function hintOf(state: ChatState): string {
  switch (state.focus) {
    case 'compose':
      return state.open === undefined
        ? ''
        : 'Enter sends · Alt-Enter new line · Ctrl-K jump · Tab messages'
    case 'messages':
      return 'Enter reply · r react · e edit · d delete · Esc back'
    case 'list':
      return 'Up and Down choose · Enter write · Ctrl-K jump'
  }
}

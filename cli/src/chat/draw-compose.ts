/**
 * @module Where one writes, or decides first.
 */
import { promptColumns } from '#chat/layout.ts'
import { type ChatState, type Decision, decisionOf, threadOf, writingOf } from '#chat/state.ts'
import { quoteOf, viewOf } from '#chat/thread-lines.ts'
import { conversationName } from '#directory.ts'
import { draftLines } from '#input/editor.ts'
import { type Box, fill, type Frame, put } from '#screen/frame.ts'
import { type Span, span } from '#screen/ink.ts'
import { clip } from '#screen/width.ts'

export function drawCompose(frame: Frame, box: Box, state: ChatState): void {
  fill(frame, box, 0, '─', 'faint')
  const decision = decisionOf(state)
  if (decision === undefined) drawWriting(frame, box, state)
  else drawDecision(frame, box, state, decision)
}

function drawWriting(frame: Frame, box: Box, state: ChatState): void {
  const { draft } = writingOf(state)
  const isFocused = state.focus === 'compose' && state.overlay === undefined
  let top = 1
  const answered = answeredLine(state)
  if (answered !== undefined) {
    put(frame, box, top, [span(clip(answered, box.width), 'faint')])
    top++
  }
  const columns = Math.max(4, box.width - promptColumns)
  const { lines, cursor } = draftLines(draft, columns)
  const rows = Math.max(1, box.height - top)
  // The line with the cursor is seen, and what is above it.
  const first = Math.max(0, Math.min(lines.length - rows, cursor.y - rows + 1))
  put(frame, box, top, [span('› ', isFocused ? 'sealStrong' : 'faint')])
  if (draft.text === '') {
    const name = state.open === undefined ? '' : conversationName(state, state.open)
    put(frame, box, top, [span(clip(`Write to ${name}`, columns), 'faint')], promptColumns)
  }
  lines.slice(first, first + rows).forEach((line, i) => {
    put(frame, box, top + i, [span(line)], promptColumns)
  })
  if (!isFocused) return
  frame.cursor = { x: box.x + promptColumns + cursor.x, y: box.y + top + cursor.y - first }
}

function answeredLine(state: ChatState): string | undefined {
  const { replyTo, editing } = writingOf(state)
  if (editing !== undefined) return 'Editing. Esc leaves it as it was.'
  if (replyTo === undefined) return undefined
  const message = threadOf(state).messages.find(({ id }) => id === replyTo)
  const quote = message === undefined ? '' : quoteOf(message, viewOf(state, 0))
  return `Reply to ${quote}`
}

function drawDecision(frame: Frame, box: Box, state: ChatState, decision: Decision): void {
  const name = state.open === undefined ? '' : conversationName(state, state.open)
  const [question, answers] = questionOf(decision, name)
  put(frame, box, 1, [span(clip(question, box.width))])
  put(frame, box, 2, answers)
}

function questionOf(decision: Decision, name: string): readonly [string, readonly Span[]] {
  switch (decision) {
    case 'request':
      return [
        `${name} wants to write to you. They hear nothing until you decide.`,
        [span('a', 'sealStrong'), span(' accept   '), ...key('x', 'decline'), ...key('b', 'block')],
      ]
    case 'identity':
      return [
        `Another key writes as ${name}. Ask them, by another way, if it is theirs.`,
        [...key('y', 'it is theirs'), ...key('n', 'it is somebody else')],
      ]
    case 'joining':
      return [`${name} lets you in as soon as its relay can be reached.`, []]
    case 'gone':
      return [
        'You are not in this channel any more. What was said stays here.',
        [span('To delete it: sotto channel forget', 'faint')],
      ]
    case 'blocked':
      return [
        `You have blocked ${name}, and hear nothing of them.`,
        [span('Outside of the chat: sotto contacts unblock', 'faint')],
      ]
  }
}

function key(letter: string, prose: string): readonly Span[] {
  return [span(letter, 'strong'), span(` ${prose}   `)]
}

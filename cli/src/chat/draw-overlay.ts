/**
 * @module What lies over the chat: help, the way to somebody else, and questions.
 */
import { keyHelp } from '#chat/keys.ts'
import { type ChatState, type Overlay, threadOf } from '#chat/state.ts'
import { quoteOf, viewOf } from '#chat/thread-lines.ts'
import { matching } from '#chat/update-open.ts'
import { canDeleteForAll, usualReactions } from '#chat/update-overlay.ts'
import { conversationName } from '#directory.ts'
import { isChannelLink, isLink } from '#link.ts'
import { type Box, clear, fill, type Frame, lineWidth, put } from '#screen/frame.ts'
import { type Span, span } from '#screen/ink.ts'
import { breakLines } from '#screen/lines.ts'
import { clip, textWidth } from '#screen/width.ts'
import { printable } from '#text/printable.ts'

type LineOf = readonly Span[]

export function drawOverlay(frame: Frame, state: ChatState, overlay: Overlay): void {
  switch (overlay.kind) {
    case 'help':
      drawSheet(frame, 'Keys', helpLines())
      break
    case 'switcher':
      drawSwitcher(frame, state, overlay)
      break
    case 'react':
      drawReact(frame, overlay)
      break
    case 'delete':
      drawDelete(frame, state, overlay)
      break
    case 'invite':
      drawInvite(frame, overlay)
      break
    case 'leave':
      drawSheet(frame, 'Leave?', [
        [span('What you have begun to write is not kept.')],
        [],
        [span('y', 'sealStrong'), span(' leave   '), span('Esc', 'strong'), span(' stay')],
      ])
      break
  }
}

/** A sheet in the middle, as large as what is on it; gives back the part inside. */
function drawSheet(frame: Frame, title: string, lines: readonly LineOf[], minWidth = 0): Box {
  const widest = Math.max(minWidth, textWidth(title), ...lines.map(lineWidth))
  const width = Math.min(frame.columns, widest + 4)
  const height = Math.min(frame.rows.length, lines.length + 2)
  const box: Box = {
    x: Math.floor((frame.columns - width) / 2),
    y: Math.floor((frame.rows.length - height) / 2),
    width,
    height,
  }
  clear(frame, box)
  fill(frame, box, 0, '─', 'faint')
  fill(frame, box, height - 1, '─', 'faint')
  for (let y = 1; y < height - 1; y++) {
    put(frame, box, y, [span('│', 'faint')])
    put(frame, box, y, [span('│', 'faint')], width - 1)
  }
  const corners = [
    ['╭', 0, 0],
    ['╮', width - 1, 0],
    ['╰', 0, height - 1],
    ['╯', width - 1, height - 1],
  ] as const
  for (const [corner, x, y] of corners) put(frame, box, y, [span(corner, 'faint')], x)
  put(frame, box, 0, [span(` ${title} `, 'strong')], 2)
  const inside: Box = { x: box.x + 2, y: box.y + 1, width: width - 4, height: height - 2 }
  lines.forEach((line, y) => put(frame, inside, y, line))
  frame.cursor = undefined
  return inside
}

function helpLines(): readonly LineOf[] {
  const keyColumns = Math.max(...keyHelp.flatMap(({ rows }) => rows.map(({ keys }) => keys.length)))
  return keyHelp.flatMap(({ title, rows }, i): readonly LineOf[] => [
    ...(i === 0 ? [] : [[]]),
    [span(title, 'faint')],
    ...rows.map(({ keys, prose }) => [span(keys.padEnd(keyColumns + 2), 'strong'), span(prose)]),
  ])
}

const switcherColumns = 48
const maxFound = 10

function drawSwitcher(
  frame: Frame,
  state: ChatState,
  { draft, index }: Extract<Overlay, { readonly kind: 'switcher' }>,
): void {
  const room = Math.min(switcherColumns, frame.columns - 4)
  const typed = tailOf(draft.text, room - 3)
  const prompt: LineOf = [span('› ', 'sealStrong'), span(typed)]
  const isAnyLink = isLink(draft.text) || isChannelLink(draft.text)
  const found = isAnyLink ? [] : matching(state, draft.text)
  const first = Math.max(0, Math.min(found.length - maxFound, index - maxFound + 1))
  const rows = found.slice(first, first + maxFound).map((id, i): LineOf => {
    const isChosen = first + i === index
    const name = clip(printable(conversationName(state, id)), room - 2)
    return [span(isChosen ? '▌ ' : '  ', 'seal'), span(name, isChosen ? 'strong' : 'plain')]
  })
  const hint = isAnyLink
    ? [[span('Enter uses this invitation.', 'faint')]]
    : found.length === 0
      ? [[span('Nobody is called like this.', 'faint')]]
      : []
  const inside = drawSheet(frame, 'Jump to', [prompt, [], ...rows, ...hint], room)
  frame.cursor = { x: inside.x + 2 + textWidth(typed), y: inside.y }
}

/** The end of a text that is longer than its field. */
function tailOf(text: string, columns: number): string {
  let tail = printable(text)
  while (textWidth(tail) > columns) tail = tail.slice(1)
  return tail
}

function drawReact(frame: Frame, { draft }: Extract<Overlay, { readonly kind: 'react' }>): void {
  const offered = usualReactions.flatMap((emoji, i): Span[] => [
    span(String(i + 1), 'strong'),
    span(` ${emoji}   `),
  ])
  const inside = drawSheet(frame, 'React', [
    offered,
    [],
    [
      span('› ', 'sealStrong'),
      span(
        draft.text === '' ? 'or any emoji, and Enter' : draft.text,
        draft.text === '' ? 'faint' : 'plain',
      ),
    ],
    [],
    [span('0', 'strong'), span(' takes yours back   '), span('Esc', 'strong'), span(' leaves it')],
  ])
  frame.cursor = { x: inside.x + 2 + textWidth(draft.text), y: inside.y + 2 }
}

function drawDelete(
  frame: Frame,
  state: ChatState,
  { message }: Extract<Overlay, { readonly kind: 'delete' }>,
): void {
  const found = threadOf(state).messages.find(({ id }) => id === message)
  const quote = found === undefined ? '' : quoteOf(found, viewOf(state, 0))
  const both: LineOf =
    found !== undefined && canDeleteForAll(found)
      ? [span('b', 'sealStrong'), span(' on both sides, if theirs agrees')]
      : [span('What others wrote is deleted on this side only.', 'faint')]
  drawSheet(frame, 'Delete?', [
    [span(clip(quote, Math.min(50, frame.columns - 6)), 'faint')],
    [],
    [span('h', 'strong'), span(' here, on this machine')],
    both,
    [span('Esc', 'strong'), span(' not at all')],
  ])
}

/** Over the whole width and without a frame, so that it can be copied. */
function drawInvite(frame: Frame, { link }: Extract<Overlay, { readonly kind: 'invite' }>): void {
  const box: Box = { x: 0, y: 2, width: frame.columns, height: frame.rows.length - 2 }
  clear(frame, box)
  frame.cursor = undefined
  if (link === undefined) {
    put(frame, box, 1, [span('Making a link …', 'faint')])
    return
  }
  put(frame, box, 1, [
    span('Give this link to one person. Whoever uses it first becomes your contact.'),
  ])
  const lines = breakLines(link, box.width)
  lines.forEach((line, y) => put(frame, box, y + 3, [span(line, 'strong')]))
  put(frame, box, lines.length + 4, [
    span('It is good for a week. Esc goes back; the link stays good.', 'faint'),
  ])
}

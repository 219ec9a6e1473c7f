/**
 * @module Messages as lines: days, who wrote, what, when, and what became of it.
 */
import { type Calendar, dayInWords, dayNumber, spanShort, timeOfDay } from '#calendar.ts'
import type { ChatState, Thread } from '#chat/state.ts'
import { noticeInWords, statusInWords } from '#chat/words.ts'
import { sizeInWords } from '#text/size.ts'
import { conversationName, personName } from '#directory.ts'
import type { Message } from '#engine.ts'
import { lineWidth } from '#screen/frame.ts'
import { type Ink, type Span, span } from '#screen/ink.ts'
import { breakLines } from '#screen/lines.ts'
import { clip } from '#screen/width.ts'
import { printable } from '#text/printable.ts'

export interface ThreadLine {
  readonly spans: readonly Span[]
  readonly place: 'left' | 'centre' | 'right'
  /** At the right edge of the same line. */
  readonly meta?: readonly Span[] | undefined
  readonly message?: string | undefined
}

export interface People {
  /** By identity; `You` for ourselves. */
  readonly nameOf: (identity: string) => string
  /** What the conversation is called. */
  readonly other: string
}

/** Messages of one person that follow each other so closely have one name above them. */
const groupMillis = 10 * 60_000
/** Left of what was written, for the mark of the selected one. */
export const indent = 2

export interface ThreadView {
  readonly columns: number
  readonly calendar: Calendar
  readonly nowMillis: number
  readonly people: People
}

export function threadLines(
  { messages, isWhole, newAfter }: Pick<Thread, 'messages' | 'isWhole' | 'newAfter'>,
  view: ThreadView,
): readonly ThreadLine[] {
  const lines: ThreadLine[] = []
  if (!isWhole && messages.length > 0) lines.push(centred('…', 'faint'))
  const byId = new Map(messages.map((message) => [message.id, message]))
  let before: Message | undefined
  let isNewMarked = newAfter === undefined
  for (const message of messages) {
    const isNewDay = before === undefined || day(before, view) !== day(message, view)
    if (isNewDay) {
      if (before !== undefined) lines.push(empty)
      const { calendar, nowMillis } = view
      lines.push(centred(dayInWords(calendar, message.sentAtMillis, nowMillis), 'faint'))
    }
    if (!isNewMarked && newAfter !== undefined && message.order > newAfter && !message.isOwn) {
      isNewMarked = true
      lines.push(empty, centred('── New ──', 'seal'))
    }
    if (message.kind === 'notice') lines.push(...noticeLines(message, view))
    else {
      const isContinued =
        !isNewDay &&
        before?.kind !== 'notice' &&
        before?.sender === message.sender &&
        message.sentAtMillis - before.sentAtMillis < groupMillis
      if (!isContinued) {
        const name = view.people.nameOf(message.sender)
        lines.push(empty, {
          ...left([span(clip(printable(name), view.columns - indent), 'strong')]),
          message: message.id,
        })
      }
      const answered = message.replyTo === undefined ? undefined : byId.get(message.replyTo)
      lines.push(...messageLines(message, answered, view))
    }
    before = message
  }
  return lines
}

const empty: ThreadLine = { spans: [], place: 'left' }

function left(spans: readonly Span[]): ThreadLine {
  return { spans: [span(' '.repeat(indent)), ...spans], place: 'left' }
}

function centred(text: string, ink: Ink): ThreadLine {
  return { spans: [span(text, ink)], place: 'centre' }
}

function day({ sentAtMillis }: Message, { calendar }: ThreadView): number {
  return dayNumber(calendar, sentAtMillis)
}

function noticeLines(message: Message, { columns, people }: ThreadView): readonly ThreadLine[] {
  if (message.notice === undefined) return []
  const { nameOf, other } = people
  const words = noticeInWords(message.notice, { who: nameOf(message.sender), other, nameOf })
  const hint =
    message.notice.kind === 'channel-invite' && !message.isOwn
      ? ' Select this and press Enter to join.'
      : ''
  const ink = inkOf(message.notice)
  return [
    empty,
    ...breakLines(words + hint, Math.max(8, columns - 4)).map((line) => ({
      ...centred(line, ink),
      message: message.id,
    })),
  ]
}

function inkOf({ kind }: NonNullable<Message['notice']>): Ink {
  if (kind === 'channel-invite') return 'plain'
  return kind === 'identity-changed' || kind === 'forked' ? 'care' : 'faint'
}

function messageLines(
  message: Message,
  answered: Message | undefined,
  view: ThreadView,
): readonly ThreadLine[] {
  const columns = Math.max(4, view.columns - indent)
  const lines: ThreadLine[] = []
  if (message.replyTo !== undefined) {
    const quote = answered === undefined ? 'an earlier message' : quoteOf(answered, view)
    lines.push(left([span(clip(`│ ${quote}`, columns), 'faint')]))
  }
  const [text, ink] = contentOf(message)
  if (text !== '') lines.push(...breakLines(text, columns).map((line) => left([span(line, ink)])))
  for (const { name, size } of message.attachments ?? []) {
    lines.push(left([span(clip(`▪ ${printable(name ?? 'file')} · ${sizeInWords(size)}`, columns))]))
  }
  const meta = metaOf(message, view)
  const last = lines.at(-1)
  if (last !== undefined && lineWidth(last.spans) + 2 + lineWidth(meta) <= view.columns) {
    lines[lines.length - 1] = { ...last, meta }
  } else if (lineWidth(meta) <= view.columns) lines.push({ spans: meta, place: 'right' })
  else {
    const words = breakLines(meta.map((each) => each.text).join(''), columns)
    lines.push(...words.map((line) => left([span(line, meta.at(-1)?.ink ?? 'faint')])))
  }
  const reactions = reactionsOf(message, view)
  if (reactions !== '') lines.push(left([span(clip(reactions, columns))]))
  return lines.map((line) => ({ ...line, message: message.id }))
}

export function quoteOf(message: Message, { people }: Pick<ThreadView, 'people'>): string {
  const who = printable(people.nameOf(message.sender))
  const [text] = contentOf(message)
  return `${who}: ${printable(text === '' ? (message.attachments?.[0]?.name ?? 'a file') : text)}`
}

function contentOf({ kind, body, isDeleted }: Message): readonly [string, Ink] {
  if (kind === 'lost') {
    return ['A message came that could not be read. It is asked for again.', 'faint']
  }
  if (kind === 'newer') return ['A newer version of Sotto can read this message.', 'faint']
  if (isDeleted === true) return ['This message was deleted.', 'faint']
  return [body, 'plain']
}

function metaOf(message: Message, { calendar, nowMillis }: ThreadView): readonly Span[] {
  const { sentAtMillis, editedAtMillis, isDeleted, isOwn, status, expiresAtMillis, timerSeconds } =
    message
  const words = [timeOfDay(calendar, sentAtMillis)]
  if (editedAtMillis !== undefined && isDeleted !== true) words.push('edited')
  if (expiresAtMillis !== undefined) {
    words.push(`gone in ${spanShort(Math.max(0, expiresAtMillis - nowMillis))}`)
  } else if (timerSeconds !== undefined) words.push('disappears')
  const state = isOwn ? statusInWords(message) : ''
  if (state === '') return [span(words.join(' · '), 'faint')]
  if (status !== 'failed') return [span([...words, state].join(' · '), 'faint')]
  return [span(`${words.join(' · ')} · `, 'faint'), span(state, 'care')]
}

function reactionsOf({ reactions }: Message, { people }: ThreadView): string {
  return Object.entries(reactions ?? {})
    .filter(([, { emoji }]) => emoji !== '')
    .map(([who, { emoji }]) => {
      const name = people.nameOf(who)
      return `${printable(emoji)} ${name === 'You' ? 'you' : printable(name)}`
    })
    .join('  ')
}

export function viewOf(state: ChatState, columns: number): ThreadView {
  const { calendar, nowMillis, open } = state
  const other = open === undefined ? '' : conversationName(state, open)
  const nameOf = (identity: string): string =>
    open === undefined ? '' : personName(state, open, identity)
  return { columns, calendar, nowMillis, people: { nameOf, other } }
}

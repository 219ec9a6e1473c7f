/**
 * @module What happened, in a line for a person.
 */
import { type Calendar, timeOfDay } from '#calendar.ts'
import { noticeInWords, statusInWords } from '#chat/words.ts'
import { conversationName, type Directory, personName } from '#directory.ts'
import type { Message, MessengerEvent } from '#engine.ts'
import { nameOf } from '#names.ts'
import { type Span, span } from '#screen/ink.ts'

/** Undefined for what is not worth a line. */
export function textLine(
  event: MessengerEvent,
  directory: Directory,
  calendar: Calendar,
  nowMillis: number,
): readonly Span[] | undefined {
  const at = span(`${timeOfDay(calendar, nowMillis)}  `, 'faint')
  switch (event.type) {
    case 'message':
      return [at, ...messageSpans(event.message, directory)]
    case 'message-changed': {
      const { message } = event
      if (message.isOwn && message.status === 'failed') {
        return [at, span(`${statusInWords(message)}: ${message.body}`, 'care')]
      }
      return undefined
    }
    case 'request':
      return [
        at,
        span(nameOf(event.contact), 'strong'),
        span(' wants to write to you: '),
        span(event.text),
        span(`   sotto contacts accept ${event.contact.id.slice(0, 8)}`, 'faint'),
      ]
    case 'contact-changed':
      if (event.contact.changedIdentity === undefined) return undefined
      return [
        at,
        span(`Somebody with another key writes as ${nameOf(event.contact)}. `, 'care'),
        span('See: sotto help contacts accept-identity', 'faint'),
      ]
    case 'connection':
      return [at, span(connectionLine(event.state), 'faint')]
    case 'gap':
      return [at, span('Too much happened at once; some of it is not shown.', 'care')]
    default:
      return undefined
  }
}

export function messageSpans(message: Message, directory: Directory): readonly Span[] {
  const { conversation, sender, notice } = message
  const place = conversationName(directory, conversation)
  const nameOf = (identity: string): string => personName(directory, conversation, identity)
  if (message.kind === 'notice') {
    if (notice === undefined) return []
    const words = noticeInWords(notice, { who: nameOf(sender), other: place, nameOf })
    if (notice.kind !== 'channel-invite' || message.isOwn) return [span(words, 'faint')]
    return [span(words), span(`   sotto channel join '${notice.link}'`, 'faint')]
  }
  const isChannel = directory.channels.has(conversation)
  const who = message.isOwn || isChannel ? `${nameOf(sender)} to ${place}` : place
  return [span(`${who}: `, 'strong'), span(bodyInWords(message))]
}

function bodyInWords({ kind, body, isDeleted, attachments }: Message): string {
  if (kind === 'lost') return '(a message that could not be read)'
  if (kind === 'newer') return '(a message that a newer version of Sotto can read)'
  if (isDeleted === true) return '(deleted)'
  const files = (attachments ?? []).map(({ name }) => `[${name ?? 'file'}]`)
  return [body, ...files].filter((part) => part !== '').join(' ')
}

function connectionLine(state: 'offline' | 'connecting' | 'online'): string {
  switch (state) {
    case 'offline':
      return 'The relay is away.'
    case 'connecting':
      return 'Connecting …'
    case 'online':
      return 'Connected.'
  }
}

/**
 * @module What a list of conversations shows, kept beside the messages so that nobody has to read them for it.
 */
import { forgetMessage, type Message, messageKey, messages, putMessage } from '#messages/message.ts'
import { table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

/** One line in a list of conversations. */
export interface Conversation {
  /** The id of the contact, or of the channel. */
  readonly id: string
  readonly kind: 'direct' | 'channel'
  /** The place of the newest message; 0 when there is none. */
  readonly lastOrder: number
  readonly lastAtMillis: number
  /** The beginning of the newest message. */
  readonly preview: string
  readonly unread: number
  /** Up to here the user has read. */
  readonly readOrder: number
  /** What is written disappears so long after it was read; 0 when it stays. */
  readonly timerSeconds: number
  readonly timerSetAtMillis: number
}

export const conversations = table<Conversation>('conversation')

const previewCharacters = 80

export function newConversation(
  id: string,
  kind: Conversation['kind'],
  nowMillis: number,
): Conversation {
  return {
    id,
    kind,
    lastOrder: 0,
    lastAtMillis: nowMillis,
    preview: '',
    unread: 0,
    readOrder: 0,
    timerSeconds: 0,
    timerSetAtMillis: 0,
  }
}

/** Puts a message at the end. Undefined when there is no such conversation. */
export async function append(
  work: Work,
  message: Omit<Message, 'order'>,
  nowMillis: number,
): Promise<{ readonly message: Message; readonly conversation: Conversation } | undefined> {
  const found = await conversations.get(work, message.conversation)
  if (found === undefined) return undefined
  const order = found.lastOrder + 1
  const placed: Message = { ...message, order }
  putMessage(work, placed)
  const isNews = !message.isOwn && message.kind !== 'notice'
  const conversation: Conversation = {
    ...found,
    lastOrder: order,
    lastAtMillis: nowMillis,
    preview: previewOf(placed),
    unread: found.unread + (isNews ? 1 : 0),
    ...(message.isOwn ? { unread: 0, readOrder: order } : {}),
  }
  conversations.put(work, conversation.id, conversation)
  return { message: placed, conversation }
}

/** After its newest message was changed or has gone. */
export async function refreshPreview(
  work: Work,
  conversation: Conversation,
): Promise<Conversation> {
  const last = await messages.get(work, messageKey(conversation.id, conversation.lastOrder))
  const next = { ...conversation, preview: last === undefined ? '' : previewOf(last) }
  conversations.put(work, next.id, next)
  return next
}

/** Newest last; at most `limit`, those before `before`. */
export async function historyOf(
  reader: Reader,
  conversation: string,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<readonly Message[]> {
  const rows = await messages.list(reader, {
    from: `${conversation}/`,
    before: before === undefined ? `${conversation}0` : messageKey(conversation, before),
    order: 'descending',
    limit,
  })
  return rows.map(({ value }) => value).reverse()
}

/** All of it; in pieces, as there may be very much. True when something is left. */
export async function deletePiece(work: Work, conversation: string): Promise<boolean> {
  const piece = await historyOf(work, conversation, { limit: 1000 })
  for (const message of piece) forgetMessage(work, message)
  if (piece.length === 1000) return true
  conversations.delete(work, conversation)
  return false
}

function previewOf({ kind, body, isDeleted, attachments }: Message): string {
  if (kind !== 'text' || isDeleted === true) return ''
  const text = body === '' ? (attachments?.[0]?.name ?? '') : body
  return [...text.slice(0, 2 * previewCharacters)].slice(0, previewCharacters).join('')
}

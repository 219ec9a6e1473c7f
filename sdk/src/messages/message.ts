/**
 * @module One message as it is kept and shown, and where it stands in its conversation.
 */
import type { SottoErrorCode } from '#errors.ts'
import { sortable, table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

/**
 * 'queued': on this device, and will be sent. 'accepted': the relay has it on disk. 'delivered', 'read': the other side
 * says so. 'failed': will not be sent unless the user wants it tried again.
 */
export type MessageStatus = 'queued' | 'accepted' | 'delivered' | 'read' | 'failed'

/**
 * 'text': what somebody wrote. 'lost': something came that cannot be read, and may still be sent again. 'newer': something
 * that a newer version understands. 'notice': what happened to the conversation.
 */
export type MessageKind = 'text' | 'lost' | 'newer' | 'notice'

/** What has happened to the conversation, in a message of kind 'notice'. */
export type Notice =
  | { readonly kind: 'joined' }
  | { readonly kind: 'timer'; readonly seconds: number }
  | { readonly kind: 'identity-changed' }
  /** Of a channel; whoever did it is the sender. */
  | { readonly kind: 'member'; readonly identity: string; readonly change: MemberChange }
  | { readonly kind: 'name'; readonly name: string }
  /** Somebody has signed what does not fit: there is another chain of this channel than ours. */
  | { readonly kind: 'forked' }
  /** Into a channel, by a contact or of a contact. */
  | { readonly kind: 'channel-invite'; readonly name: string; readonly link: string }

/** 'admin', 'member': the role that they got. */
export type MemberChange = 'created' | 'joined' | 'added' | 'removed' | 'left' | 'admin' | 'member'

/** A file that came or goes with a message; `attachments/` says how it is fetched. Bytes are hex. */
export interface AttachmentPointer {
  readonly pieces: readonly string[]
  /** 1 when the pieces are lists that name those of the file. */
  readonly depth: 0 | 1
  readonly key: string
  readonly digest: string
  readonly size: number
  readonly mediaType: string
  readonly name?: string | undefined
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly thumbnail?: string | undefined
  /** The origin of the relay where the pieces lie, of what was sent; what came lies at the own one. */
  readonly relay?: string | undefined
}

/** One message, as it is kept and shown. */
export interface Message {
  /** 16 bytes in hex, drawn by whoever wrote it. */
  readonly id: string
  readonly conversation: string
  /** Its place, rising. */
  readonly order: number
  readonly kind: MessageKind
  readonly isOwn: boolean
  /** The identity of whoever wrote it, in hex. */
  readonly sender: string
  /** As its sender says, and never later than it came. */
  readonly sentAtMillis: number
  readonly body: string
  readonly notice?: Notice | undefined
  readonly replyTo?: string | undefined
  readonly mentions?: readonly string[] | undefined
  readonly attachments?: readonly AttachmentPointer[] | undefined
  /** Of own messages. */
  readonly status?: MessageStatus | undefined
  /** Why it is 'failed', or why it is still 'queued' after a try. */
  readonly reason?: SottoErrorCode | 'mailbox-full' | undefined
  readonly editedAtMillis?: number | undefined
  readonly isDeleted?: boolean | undefined
  /** By identity: an emoji, and when it was given. */
  readonly reactions?: Readonly<Record<string, Reaction>> | undefined
  /** Disappears so long after it was read, or for its author after it was sent. */
  readonly timerSeconds?: number | undefined
  readonly expiresAtMillis?: number | undefined
  /** Of a 'lost' one: what its sender knows it by. */
  readonly digest?: string | undefined
}

/** What somebody thinks of a message. */
export interface Reaction {
  /** Empty when it was taken back. */
  readonly emoji: string
  readonly atMillis: number
}

export interface Place {
  readonly conversation: string
  readonly order: number
}

export const messages = table<Message>('message')
/** By conversation and id, so that nobody can name a message of another conversation. */
const places = table<number>('message-place')

/** When each message that disappears does, in order of time. */
const expiries = table<Place>('expiry')

export function messageKey(conversation: string, order: number): string {
  return `${conversation}/${sortable(order)}`
}

export async function messageById(
  reader: Reader,
  conversation: string,
  id: string,
): Promise<Message | undefined> {
  const order = await places.get(reader, `${conversation}/${id}`)
  return order === undefined ? undefined : messages.get(reader, messageKey(conversation, order))
}

export async function isKnownMessage(
  reader: Reader,
  conversation: string,
  id: string,
): Promise<boolean> {
  return (await places.get(reader, `${conversation}/${id}`)) !== undefined
}

export function putMessage(work: Work, message: Message): void {
  const { conversation, id, order } = message
  messages.put(work, messageKey(conversation, order), message)
  places.put(work, `${conversation}/${id}`, order)
}

export async function setExpiry(work: Work, message: Message, atMillis: number): Promise<Message> {
  const { conversation, order, id } = message
  expiries.put(work, `${sortable(atMillis)}/${id}`, { conversation, order })
  const next = { ...message, expiresAtMillis: atMillis }
  putMessage(work, next)
  return next
}

/** The place stays known, so that a message that comes again does not come back. */
export function deleteMessage(
  work: Work,
  { conversation, order, id, expiresAtMillis }: Message,
): void {
  messages.delete(work, messageKey(conversation, order))
  if (expiresAtMillis !== undefined) expiries.delete(work, `${sortable(expiresAtMillis)}/${id}`)
}

/** When the whole conversation goes. */
export function forgetMessage(work: Work, message: Message): void {
  deleteMessage(work, message)
  places.delete(work, `${message.conversation}/${message.id}`)
}

export interface Expiry {
  readonly row: string
  readonly atMillis: number
  readonly place: Place
}

export async function nextExpiries(reader: Reader, limit: number): Promise<readonly Expiry[]> {
  const rows = await expiries.list(reader, { limit })
  return rows.map(({ id, value }) => ({
    row: id,
    atMillis: Number.parseInt(id.slice(0, id.indexOf('/')), 16),
    place: value,
  }))
}

export function deleteExpiry(work: Work, row: string): void {
  expiries.delete(work, row)
}

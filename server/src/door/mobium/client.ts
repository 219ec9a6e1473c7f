/**
 * @module What the live door's parts say to each other: who is there, and how something reaches them. One `Client` is
 * one socket after its login.
 */
import type { ChannelId, IdentityKey, MailboxId } from '@sotto/wire'
import type { WrittenForm, Capability, DownMessage, UpMessage, UpType } from '@sotto/wire/live'
import type { Label } from '#watch/label-values.ts'

export interface Client {
  readonly identity: IdentityKey
  /** The identity in hex, for maps. */
  readonly name: string
  readonly device: number
  /** Of this device. */
  readonly mailbox: MailboxId
  readonly form: WrittenForm
  has(capability: Capability): boolean
  /** Never fails, never waits: a client that does not read is closed when too much waits for it. */
  send(message: DownMessage): void
  /** The same message for many. */
  sendShared(message: SharedMessage): void
  /** Resolves when the client has room for more, or is gone: for answers that are long. */
  hasRoom(): Promise<void>
  /** A frame of voice or screen: dropped when it cannot go soon, the oldest first, and never ahead of messages. */
  sendMedia(frame: SharedFrame): void
}

/** One message to many clients: each form is written once. */
export interface SharedMessage {
  bytes(form: WrittenForm): Uint8Array
}

/** The same, of a frame that was not even read. */
export type SharedFrame = SharedMessage

/** Everybody who is logged in here. */
export interface Presence {
  clientsOf(name: string): Iterable<Client>
  isOnline(name: string): boolean
}

/** A channel as a key of maps: its id in hex. */
export type ChannelName = string

export function channelName(channel: ChannelId): ChannelName {
  return Buffer.from(channel).toString('hex')
}

export function identityName(identity: IdentityKey): string {
  return Buffer.from(identity).toString('hex')
}

/** What a handler does with one kind of message. Messages of one client are handled one after the other. */
export type Handle<Type extends UpType, Who extends Client = Client> = (
  client: Who,
  message: Extract<UpMessage, { readonly type: Type }>,
) => void | Promise<void>

export type Handlers<Who extends Client = Client> = {
  readonly [Type in UpType]?: Handle<Type, Who>
}

/** Who wants to know that a client came or went. */
export interface ClientWatcher {
  entered?(client: Client): void | Promise<void>
  left(client: Client): void
}

/**
 * The message is answered with `error`. Original clients are told what the original says: code 400 and "Request failed",
 * or a text and code of their own where it has them; ours also get `code_str`.
 */
export class Refusal extends Error {
  readonly reason: RefusalReason
  readonly shown: { readonly code?: number | string; readonly message: string } | undefined
  /** What clients of ours are told besides: which field is wrong. */
  readonly detail: string | undefined

  constructor(
    reason: RefusalReason,
    shown?: { readonly code?: number | string; readonly message: string },
    detail?: string,
  ) {
    super(`Cannot handle message: ${reason}`)
    this.name = 'Refusal'
    this.reason = reason
    this.shown = shown
    this.detail = detail
  }
}

/** By what they count as. */
export const refusals = {
  malformed: 'malformed',
  'not-logged-in': 'not-logged-in',
  'bad-signature': 'not-logged-in',
  'rate-limited': 'rate-limited',
  'too-large': 'too-large',
  'not-a-member': 'not-allowed',
  'not-allowed': 'not-allowed',
  banned: 'not-allowed',
  'invite-needed': 'not-allowed',
  'invite-refused': 'not-allowed',
  'not-in-voice': 'not-allowed',
  'unknown-recipient': 'not-there',
  'unknown-channel': 'not-there',
  'channel-exists': 'not-allowed',
  'record-conflict': 'not-allowed',
  'channel-full': 'full',
  'records-full': 'full',
  'too-many': 'full',
  unavailable: 'unavailable',
} as const satisfies Readonly<Record<string, Label<'liveRefused'>>>

export type RefusalReason = keyof typeof refusals

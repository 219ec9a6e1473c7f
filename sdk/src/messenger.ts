/**
 * @module A messenger: a profile that is open, on a network. Everything that a program does with it goes through here; what
 * happens is told by `events`.
 */
import type { SafetyNumber } from '@sotto/signal'
import type { AttachOptions, UnfinishedUpload } from '#attachments/attachments.ts'
import type { FileToSend } from '#attachments/prepare.ts'
import type { AttachmentSource } from '#attachments/source.ts'
import type { DownloadProgress, TransferOptions, UploadProgress } from '#attachments/transfer.ts'
import type { Channels } from '#channels/channels.ts'
import { formatAddress } from '#cards/address.ts'
import { type Contact, contacts, type Settings, settings } from '#contacts/contact.ts'
import * as decide from '#contacts/decide.ts'
import { forgetContact } from '#contacts/forget.ts'
import * as invitations from '#contacts/invitations.ts'
import type { Meeting } from '#contacts/meetings.ts'
import * as requests from '#contacts/requests.ts'
import { firstSettings } from '#contacts/settings.ts'
import { findStranger } from '#contacts/stranger.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import type { ConnectionState, MessengerEvent } from '#events.ts'
import * as compose from '#messages/compose.ts'
import { type Conversation, conversations, historyOf } from '#messages/conversation.ts'
import { type AttachmentPointer, type Message, messageById } from '#messages/message.ts'
import { contactsWithQueued, queuedFor } from '#messages/outbox.ts'
import { markRead } from '#messages/read.ts'
import { retry } from '#messages/retry.ts'
import type { MessengerOptions } from '#messenger-options.ts'
import { Parts } from '#parts.ts'
import type { MessageSearch } from '#search/searches.ts'
import type { KeyCounts } from '#sessions/stock.ts'
import type { Work } from '#state/work.ts'

/** All that a person does here: meet, write, read. `openMessenger` makes one over the real network. */
export class Messenger implements AsyncDisposable {
  /** Groups: made, joined, managed. To write in one, use its id as that of a conversation. */
  readonly channels: Channels
  readonly #parts: Parts
  readonly #engine: Engine

  private constructor(parts: Parts) {
    this.#parts = parts
    this.#engine = parts.engine
    this.channels = parts.channels
  }

  /** The profile stays the caller's to lock. `first` is for one that has no settings yet: 'not-found' without. */
  static async open(
    options: MessengerOptions,
    first?: Partial<Settings> & Pick<Settings, 'relay'>,
  ): Promise<Messenger> {
    const before = await settings.get(options.profile.records)
    const chosen = before ?? first
    if (chosen === undefined) {
      throw new SottoError('not-found', 'Cannot open the messenger: no relay is chosen')
    }
    const parts = new Parts(options, { ...firstSettings, ...chosen })
    if (before === undefined) await parts.choose(chosen)
    await parts.start(options)
    return new Messenger(parts)
  }

  // ------------------------------------------------------------------------------------------ what happens

  /** From now on, until the messenger is closed or the signal is aborted. */
  events(signal?: AbortSignal): AsyncIterableIterator<MessengerEvent> {
    return this.#engine.events.listen(signal)
  }

  /** How the own relay is reached now; changes come as events. */
  get connection(): ConnectionState {
    return this.#parts.connection
  }

  /** One-time keys that the relay still has for people who write for the first time. 'offline' without a connection. */
  keysInStock(signal: AbortSignal = this.#parts.over): Promise<KeyCounts> {
    return this.#parts.keysInStock(signal)
  }

  /** There may be a network again: nothing waits any longer. */
  nudge(): void {
    this.#parts.nudge()
  }

  // ------------------------------------------------------------------------------------------ who we are

  /** As it is given to others: with the relay, so that nobody has to know it otherwise. */
  get address(): string {
    return formatAddress(this.#engine.device.identity.ed25519PublicKey, this.#parts.settings.relay)
  }

  /** In hex. */
  get identity(): string {
    return this.#engine.device.local.address.name
  }

  /** What the user has chosen. */
  get settings(): Settings {
    return this.#parts.settings
  }

  /** Another relay takes effect when the messenger is opened again. */
  choose(choice: Partial<Settings>): Promise<Settings> {
    return this.#parts.choose(choice)
  }

  // ------------------------------------------------------------------------------------------ contacts

  /** A link that lets one person in, for a week unless told otherwise. */
  invite(options?: {
    readonly lifeMillis?: number | undefined
    readonly nickname?: string | undefined
  }): Promise<invitations.Invitation> {
    return this.#change((work, engine) => invitations.createInvitation(work, engine, options))
  }

  /** Those that nobody has used yet. */
  invitations(): Promise<readonly invitations.Invitation[]> {
    return invitations.openInvitations(this.#engine.state)
  }

  /** It leads nowhere from now on. */
  revokeInvitation(id: string): Promise<void> {
    return this.#change((work, engine) => invitations.revokeInvitation(work, engine, id))
  }

  /** Who wrote the link becomes a contact, as soon as they have answered. 'invalid-invitation', 'invitation-expired', 'is-self'. */
  acceptInvitation(link: string): Promise<Contact> {
    return this.#change((work, engine) => invitations.acceptInvitation(work, engine, link))
  }

  /**
   * First words to somebody whose address is known and nothing else; they wait until these are accepted. Fetches their
   * keys, so it needs the network. 'invalid-address', 'no-keys' for nobody there, 'not-allowed' when they take no requests.
   */
  async sendRequest(address: string, text: string, signal?: AbortSignal): Promise<Contact> {
    const { over, settings: chosen, relay } = this.#parts
    const bounded = signal === undefined ? over : AbortSignal.any([signal, over])
    const { primitives } = this.#engine.device
    const stranger = await findStranger(primitives, relay, address, chosen.relay, bounded)
    return this.#change((work, engine) => requests.sendRequest(work, engine, stranger, text))
  }

  /** Gives six digits that somebody else types; then both see a short code, and compare it. */
  offerMeeting(signal: AbortSignal = this.#parts.over): Promise<Meeting> {
    return this.#parts.meetings.offer(signal)
  }

  /** With digits that somebody else was given by `relay`, which is the own one unless told otherwise. */
  joinMeeting(
    digits: string,
    relay: string = this.#parts.settings.relay,
    signal: AbortSignal = this.#parts.over,
  ): Promise<Meeting> {
    return this.#parts.meetings.join(digits, relay, signal)
  }

  /** Whoever asked hears of it, and both can write. */
  acceptRequest(contact: string): Promise<Contact> {
    return this.#change((work, engine) => requests.acceptRequest(work, engine, contact))
  }

  /** Everything of it goes. Nobody hears of it. */
  declineRequest(contact: string): Promise<void> {
    return this.#change((work, engine) => requests.declineRequest(work, engine, contact))
  }

  /** All of them, requests and blocked ones too. */
  async contacts(): Promise<readonly Contact[]> {
    return (await contacts.all(this.#engine.state)).map(({ value }) => value)
  }

  /** One of them. */
  contact(id: string): Promise<Contact | undefined> {
    return contacts.get(this.#engine.state, id)
  }

  /** The user's own name for them, which nobody else learns. An empty one takes it away. */
  setNickname(contact: string, nickname: string): Promise<Contact> {
    return this.#change((work, engine) => decide.setNickname(work, engine, contact, nickname))
  }

  /** 60 digits that both sides compare, to know that nobody is between them. */
  async safetyNumber(contact: string): Promise<SafetyNumber> {
    const found = await this.contact(contact)
    if (found === undefined) throw new SottoError('not-found', 'Cannot find the contact')
    return decide.safetyNumberWith(this.#engine.device, found)
  }

  /** The user has compared safety numbers, or takes that back. */
  setVerified(contact: string, isVerified: boolean): Promise<Contact> {
    return this.#change((work, engine) => decide.setVerified(work, engine, contact, isVerified))
  }

  /** They are neither heard nor written to, and are not told. */
  block(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.block(work, engine, contact))
  }

  /** With a new address: what they wrote in between stays unread. */
  unblock(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.unblock(work, engine, contact))
  }

  /** They are told where to write from now on. Happens by itself every month. */
  renewAddress(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.renewAddress(work, engine, contact))
  }

  /** It is the contact who writes with another key, the user says. Everything begins anew, unverified. */
  acceptIdentity(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.acceptIdentity(work, engine, contact))
  }

  /** It is somebody else, the user says. The contact as it is known gets a new address. */
  refuseIdentity(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.refuseIdentity(work, engine, contact))
  }

  /** With everything that was said. Nobody hears of it. */
  async forgetContact(contact: string): Promise<void> {
    await this.#change(async (work, engine) => {
      await forgetContact(work, engine, await decide.contactNamed(work, contact))
    })
  }

  // ------------------------------------------------------------------------------------------ conversations

  /** The one that something happened in last comes first. */
  async conversations(): Promise<readonly Conversation[]> {
    const rows = await conversations.all(this.#engine.state)
    return rows.map(({ value }) => value).sort((a, b) => b.lastAtMillis - a.lastAtMillis)
  }

  /** One of them. The id is the contact's, or the channel's. */
  conversation(id: string): Promise<Conversation | undefined> {
    return conversations.get(this.#engine.state, id)
  }

  /** The newest ones, or those before a place; oldest first. */
  history(
    conversation: string,
    page: { readonly before?: number | undefined; readonly limit?: number | undefined } = {},
  ): Promise<readonly Message[]> {
    const { before, limit = 50 } = page
    return historyOf(this.#engine.state, conversation, { before, limit })
  }

  /**
   * What has all these words, or words that begin so, in its text, its files' names or its sender's; the newest first.
   * Rejects with the signal's reason.
   */
  search(query: string, options?: MessageSearch): AsyncIterable<Message> {
    return this.#parts.searches.search(query, options)
  }

  /** One message, by the id that everybody calls it by. */
  message(conversation: string, id: string): Promise<Message | undefined> {
    return messageById(this.#engine.state, conversation, id)
  }

  /** Kept and queued when this resolves; what becomes of it is told by events. 'message-too-long', 'blocked', 'not-verified'. */
  send(conversation: string, text: string | compose.TextToSend): Promise<Message> {
    const whole = typeof text === 'string' ? { body: text } : text
    return this.#change((work, engine) => compose.sendText(work, engine, conversation, whole))
  }

  /**
   * Sends a file, and a message with it when it is there. An upload that was interrupted is kept for a week. Throws
   * 'file-too-large', 'picture-unreadable', what the relay makes of it, and the signal's reason.
   */
  attach(conversation: string, file: FileToSend, options?: AttachOptions): Promise<Message> {
    return this.#parts.attachments.attach(conversation, file, options)
  }

  /** The oldest first, with those that are on their way. */
  unfinishedUploads(): Promise<readonly UnfinishedUpload[]> {
    return this.#parts.attachments.unfinished()
  }

  /** Goes on where it ended, with the file that it was begun with. */
  resumeUpload(
    upload: string,
    source: AttachmentSource,
    options?: TransferOptions<UploadProgress>,
  ): Promise<Message> {
    return this.#parts.attachments.resume(upload, source, options)
  }

  /** One that is running ends. */
  forgetUpload(upload: string): Promise<void> {
    return this.#parts.attachments.forget(upload)
  }

  /** A file, as it comes. It is whole when this ends; 'attachment-gone' or 'attachment-damaged' when it is not. */
  fetchAttachment(
    pointer: AttachmentPointer,
    options?: TransferOptions<DownloadProgress>,
  ): AsyncIterable<Uint8Array> {
    return this.#parts.attachments.fetch(pointer, this.#parts.settings.relay, options)
  }

  /** What has failed, once more. */
  retry(conversation: string, message: string): Promise<Message> {
    return this.#change((work, engine) => retry(work, engine, conversation, message))
  }

  /** An empty emoji takes it back. */
  react(conversation: string, message: string, emoji: string): Promise<void> {
    return this.#change((work, engine) => compose.react(work, engine, conversation, message, emoji))
  }

  /** One of the own texts, for everybody. */
  edit(conversation: string, message: string, body: string): Promise<void> {
    return this.#change((work, engine) => compose.edit(work, engine, conversation, message, body))
  }

  /** One of the own messages, for everybody. */
  deleteForAll(conversation: string, message: string): Promise<void> {
    return this.#change((work, engine) => compose.deleteForAll(work, engine, conversation, message))
  }

  /** On this device alone. */
  deleteForMe(conversation: string, message: string): Promise<void> {
    return this.#change((work, engine) => compose.deleteForMe(work, engine, conversation, message))
  }

  /** What is written from now on disappears so long after it was read; 0 keeps it. */
  async setTimer(conversation: string, seconds: number): Promise<void> {
    const channel = await this.channels.get(conversation)
    if (channel !== undefined) await this.channels.setTimer(conversation, seconds)
    else await this.#change((work, engine) => compose.setTimer(work, engine, conversation, seconds))
  }

  /** Told to nobody unless the user has said so. */
  async typing(conversation: string, isTyping: boolean): Promise<void> {
    if (!this.#parts.settings.sendsTyping) return
    await this.#change((work, engine) => compose.tellTyping(work, engine, conversation, isTyping))
  }

  /** Up to the newest message, or to a place. */
  markRead(conversation: string, upTo?: number): Promise<void> {
    return this.#change((work, engine) => markRead(work, engine, conversation, upTo))
  }

  /** How many contents wait to be sent, of all conversations or of one. */
  async waiting(conversation?: string): Promise<number> {
    const { state } = this.#engine
    const whom = conversation === undefined ? await contactsWithQueued(state) : [conversation]
    let count = 0
    for (const contact of whom) count += (await queuedFor(state, contact, 1_000_000)).length
    return count
  }

  /** What was begun is written; what waits to be sent waits on disk. */
  close(): Promise<void> {
    return this.#parts.close()
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #change<Result>(step: (work: Work, engine: Engine) => Promise<Result>): Promise<Result> {
    return this.#parts.change(step)
  }
}

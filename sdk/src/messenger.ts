/**
 * @module A messenger: a profile that is open, on a network. Everything that a program does with it goes through here; what
 * happens is told by `events`.
 */
import type { SafetyNumber } from '@sotto/signal'
import { Attachments, type AttachOptions, type UnfinishedUpload } from '#attachments/attachments.ts'
import type { FileToSend } from '#attachments/prepare.ts'
import type { AttachmentSource } from '#attachments/source.ts'
import type { DownloadProgress, TransferOptions, UploadProgress } from '#attachments/transfer.ts'
import { beginAnew } from '#backup/begin-anew.ts'
import { Channels } from '#channels/channels.ts'
import { ChannelLine } from '#channels/line.ts'
import { readBundle } from '#cards/bundle.ts'
import { formatAddress, readAddress } from '#cards/address.ts'
import { type Contact, contacts, type Settings, settings } from '#contacts/contact.ts'
import * as decide from '#contacts/decide.ts'
import { forgetContact } from '#contacts/forget.ts'
import * as invitations from '#contacts/invitations.ts'
import { type Meeting, Meetings } from '#contacts/meetings.ts'
import * as requests from '#contacts/requests.ts'
import { choose } from '#contacts/settings.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { type ConnectionState, Events, type MessengerEvent } from '#events.ts'
import { type LiveDoor, LiveLine } from '#live-line.ts'
import * as compose from '#messages/compose.ts'
import { type Conversation, conversations, historyOf } from '#messages/conversation.ts'
import { type Envelope, Inbox } from '#messages/inbox.ts'
import { type AttachmentPointer, type Message, messageById } from '#messages/message.ts'
import { contactsWithQueued, queuedFor } from '#messages/outbox.ts'
import { markRead } from '#messages/read.ts'
import { retry } from '#messages/retry.ts'
import { Sender } from '#messages/sender.ts'
import { relayOrigin } from '#relay/relay-origin.ts'
import { type MessageSearch, Searches } from '#search/searches.ts'
import { deviceOf } from '#sessions/device.ts'
import { SnapshotKeeper } from '#snapshot/keeper.ts'
import type { Lines, MessengerOptions, Relay } from '#messenger-options.ts'
import { State } from '#state/state.ts'
import { Upkeep } from '#upkeep.ts'

/** All that a person does here: meet, write, read. `openMessenger` makes one over the real network. */
export class Messenger implements AsyncDisposable {
  readonly channels: Channels
  readonly #engine: Engine
  readonly #sender: Sender
  readonly #inbox: Inbox
  readonly #upkeep: Upkeep
  readonly #searches: Searches
  readonly #keeper: SnapshotKeeper
  readonly #attachments: Attachments
  readonly #meetings: Meetings
  readonly #channelLine: ChannelLine
  readonly #deposits: (relay: string) => Relay
  readonly #over = new AbortController()
  #line: LiveLine | undefined
  #door: LiveDoor | undefined
  #connection: ConnectionState = 'offline'
  #settings: Settings

  private constructor(options: MessengerOptions, chosen: Settings) {
    const { primitives, random, clock, profile, lines, failed = () => {}, makeThumbnail } = options
    const { identity, registrationId, records, hide } = profile
    this.#settings = chosen
    const ways = new Map<string, { readonly relay: Relay; readonly chosen: Settings }>()
    this.#deposits = (relay) => {
      const chosen = this.#settings
      const found = ways.get(relay)
      if (found?.chosen === chosen) return found.relay
      const way = { relay: lines.deposits(relay, chosen), chosen }
      ways.set(relay, way)
      return way.relay
    }
    this.#engine = {
      device: deviceOf({ primitives, random, clock, hide }, identity, registrationId),
      state: new State(records),
      events: new Events(),
      wakeSender: (contact) => this.#sender.wake(contact),
      wakeUpkeep: () => this.#upkeep.wake(),
      wakeChannel: (channel, needs) => this.#channelLine.wake(channel, needs),
      maxMessagesOfKey: options.maxMessagesOfKey ?? 1000,
      meetingReceived: (meeting, payload) =>
        void this.#meetings.received(meeting, payload).catch(failed),
    }
    const acknowledge: LiveDoor['acknowledge'] = (address, ids) =>
      this.#door?.acknowledge(address, ids)
    this.#meetings = new Meetings(this.#engine, this.#deposits)
    this.#searches = new Searches(this.#engine, failed)
    this.#keeper = new SnapshotKeeper({
      engine: this.#engine,
      deposits: () => this.#deposits(this.#settings.relay),
      acknowledge,
      settingsChanged: () => this.#readSettings(),
      failed,
    })
    this.#sender = new Sender(this.#engine, this.#deposits, failed)
    this.#channelLine = new ChannelLine(this.#engine, () => this.#door, failed)
    this.channels = new Channels({
      engine: this.#engine,
      line: this.#channelLine,
      door: () => this.#door,
      over: this.#over.signal,
    })
    this.#inbox = new Inbox(this.#engine, acknowledge, failed)
    this.#upkeep = new Upkeep(this.#engine, async () => this.#line?.watchAll(), failed)
    this.#attachments = new Attachments({
      engine: this.#engine,
      relay: this.#deposits,
      makeThumbnail,
      over: this.#over.signal,
    })
  }

  /** The profile stays the caller's to lock. `relay` is for one that has no settings yet. */
  static async open(
    options: MessengerOptions,
    first?: Partial<Settings> & Pick<Settings, 'relay'>,
  ): Promise<Messenger> {
    const before = await settings.get(options.profile.records)
    const chosen = before ?? first
    if (chosen === undefined) {
      throw new SottoError('not-found', 'Cannot open the messenger: no relay is chosen')
    }
    const messenger = new Messenger(options, { ...emptySettings, ...chosen })
    if (before === undefined) await messenger.choose(chosen)
    while (await messenger.#change((work, engine) => beginAnew(work, engine))) {
      // Piece by piece: there may be very many contacts.
    }
    if (options.lines.live !== undefined) await messenger.#start(options, options.lines.live)
    return messenger
  }

  /** Not before everything is as it should be: what comes in, and what is published, follows from it. */
  async #start(
    { profile: { identity }, failed = () => {} }: MessengerOptions,
    live: NonNullable<Lines['live']>,
  ): Promise<void> {
    this.#door = live(this.#settings.relay, identity, {
      state: (state) => this.#connectionIs(state),
      envelope: (envelope) => this.#received(envelope),
      keysLow: () => this.#line?.keysLow(),
      channelMessage: (channel, message) => this.#channelLine.postCame(channel, message),
      channelRecord: (channel) => this.#channelLine.recordCame(channel),
      banned: (channel) => this.#channelLine.recordCame(channel),
    })
    this.#line = new LiveLine(this.#engine, this.#door, failed)
    await this.#keeper.start()
    await this.#line.watchAll()
    await this.#sender.start()
    await this.#channelLine.start()
    await this.#attachments.forgetOld()
    this.#upkeep.wake()
  }

  // ------------------------------------------------------------------------------------------ what happens

  /** From now on, until the messenger is closed or the signal is aborted. */
  events(signal?: AbortSignal): AsyncIterableIterator<MessengerEvent> {
    return this.#engine.events.listen(signal)
  }

  get connection(): ConnectionState {
    return this.#connection
  }

  /** There may be a network again: nothing waits any longer. */
  nudge(): void {
    this.#door?.nudge()
    this.#sender.hurry()
  }

  // ------------------------------------------------------------------------------------------ who we are

  /** As it is given to others: with the relay, so that nobody has to know it otherwise. */
  get address(): string {
    return formatAddress(this.#engine.device.identity.ed25519PublicKey, this.#settings.relay)
  }

  /** In hex. */
  get identity(): string {
    return this.#engine.device.local.address.name
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Another relay takes effect when the messenger is opened again. */
  async choose(choice: Partial<Settings>): Promise<Settings> {
    const before = this.#settings
    const chosen = await this.#change((work, engine) => choose(work, engine, choice))
    this.#settings = chosen
    if (before.takesRequests !== chosen.takesRequests) this.#line?.republish()
    return chosen
  }

  // ------------------------------------------------------------------------------------------ contacts

  invite(options?: {
    readonly lifeMillis?: number | undefined
    readonly nickname?: string | undefined
  }): Promise<invitations.Invitation> {
    return this.#change((work, engine) => invitations.createInvitation(work, engine, options))
  }

  invitations(): Promise<readonly invitations.Invitation[]> {
    return invitations.openInvitations(this.#engine.state)
  }

  revokeInvitation(id: string): Promise<void> {
    return this.#change((work, engine) => invitations.revokeInvitation(work, engine, id))
  }

  acceptInvitation(link: string): Promise<Contact> {
    return this.#change((work, engine) => invitations.acceptInvitation(work, engine, link))
  }

  /** To somebody whose address is known and nothing else. Fetches their keys, so it needs the network. */
  async sendRequest(address: string, text: string, signal?: AbortSignal): Promise<Contact> {
    const read = readAddress(address)
    if (read.kind !== 'address') {
      throw new SottoError(
        'invalid-address',
        `Cannot read the address: ${read.kind.replaceAll('-', ' ')}`,
      )
    }
    const relay = read.relay === undefined ? this.#settings.relay : relayOrigin(read.relay)
    if (relay === undefined)
      throw new SottoError('invalid-address', 'Cannot read the address: its relay is none')
    const { identity } = read
    const bounded =
      signal === undefined ? this.#over.signal : AbortSignal.any([signal, this.#over.signal])
    const fetched = await this.#deposits(relay).fetchKeys(identity, bounded)
    if (fetched.kind === 'no-keys')
      throw new SottoError('no-keys', 'Cannot write: nobody with this address is at that relay')
    const keys = readBundle(this.#engine.device.primitives, identity, fetched)
    if (keys === undefined)
      throw new SottoError('bad-answer', 'Cannot write: the keys are not theirs')
    if (keys.requests === undefined) {
      throw new SottoError(
        'not-allowed',
        'Cannot write: they take no requests; ask them for an invitation',
      )
    }
    const stranger = { identity: identity.toHex(), relay, requests: keys.requests.toHex() }
    return this.#change((work, engine) => requests.sendRequest(work, engine, stranger, text))
  }

  /** Gives six digits that somebody else types; then both see a short code, and compare it. */
  offerMeeting(signal: AbortSignal = this.#over.signal): Promise<Meeting> {
    return this.#meetings.offer(signal)
  }

  /** With digits that somebody else was given by `relay`, which is the own one unless told otherwise. */
  joinMeeting(
    digits: string,
    relay: string = this.#settings.relay,
    signal: AbortSignal = this.#over.signal,
  ): Promise<Meeting> {
    return this.#meetings.join(digits, relay, signal)
  }

  acceptRequest(contact: string): Promise<Contact> {
    return this.#change((work, engine) => requests.acceptRequest(work, engine, contact))
  }

  declineRequest(contact: string): Promise<void> {
    return this.#change((work, engine) => requests.declineRequest(work, engine, contact))
  }

  async contacts(): Promise<readonly Contact[]> {
    return (await contacts.all(this.#engine.state)).map(({ value }) => value)
  }

  contact(id: string): Promise<Contact | undefined> {
    return contacts.get(this.#engine.state, id)
  }

  setNickname(contact: string, nickname: string): Promise<Contact> {
    return this.#change((work, engine) => decide.setNickname(work, engine, contact, nickname))
  }

  async safetyNumber(contact: string): Promise<SafetyNumber> {
    const found = await this.contact(contact)
    if (found === undefined) throw new SottoError('not-found', 'Cannot find the contact')
    return decide.safetyNumberWith(this.#engine.device, found)
  }

  setVerified(contact: string, isVerified: boolean): Promise<Contact> {
    return this.#change((work, engine) => decide.setVerified(work, engine, contact, isVerified))
  }

  block(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.block(work, engine, contact))
  }

  unblock(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.unblock(work, engine, contact))
  }

  renewAddress(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.renewAddress(work, engine, contact))
  }

  acceptIdentity(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.acceptIdentity(work, engine, contact))
  }

  refuseIdentity(contact: string): Promise<Contact> {
    return this.#change((work, engine) => decide.refuseIdentity(work, engine, contact))
  }

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
    return this.#searches.search(query, options)
  }

  message(conversation: string, id: string): Promise<Message | undefined> {
    return messageById(this.#engine.state, conversation, id)
  }

  send(conversation: string, text: string | compose.TextToSend): Promise<Message> {
    const whole = typeof text === 'string' ? { body: text } : text
    return this.#change((work, engine) => compose.sendText(work, engine, conversation, whole))
  }

  /**
   * Sends a file, and a message with it when it is there. An upload that was interrupted is kept for a week. Throws
   * 'file-too-large', 'picture-unreadable', what the relay makes of it, and the signal's reason.
   */
  attach(conversation: string, file: FileToSend, options?: AttachOptions): Promise<Message> {
    return this.#attachments.attach(conversation, file, options)
  }

  /** The oldest first, with those that are on their way. */
  unfinishedUploads(): Promise<readonly UnfinishedUpload[]> {
    return this.#attachments.unfinished()
  }

  /** Goes on where it ended, with the file that it was begun with. */
  resumeUpload(
    upload: string,
    source: AttachmentSource,
    options?: TransferOptions<UploadProgress>,
  ): Promise<Message> {
    return this.#attachments.resume(upload, source, options)
  }

  /** One that is running ends. */
  forgetUpload(upload: string): Promise<void> {
    return this.#attachments.forget(upload)
  }

  /** A file, as it comes. It is whole when this ends; 'attachment-gone' or 'attachment-damaged' when it is not. */
  fetchAttachment(
    pointer: AttachmentPointer,
    options?: TransferOptions<DownloadProgress>,
  ): AsyncIterable<Uint8Array> {
    return this.#attachments.fetch(pointer, this.#settings.relay, options)
  }

  /** What has failed, once more. */
  retry(conversation: string, message: string): Promise<Message> {
    return this.#change((work, engine) => retry(work, engine, conversation, message))
  }

  /** An empty emoji takes it back. */
  react(conversation: string, message: string, emoji: string): Promise<void> {
    return this.#change((work, engine) => compose.react(work, engine, conversation, message, emoji))
  }

  edit(conversation: string, message: string, body: string): Promise<void> {
    return this.#change((work, engine) => compose.edit(work, engine, conversation, message, body))
  }

  deleteForAll(conversation: string, message: string): Promise<void> {
    return this.#change((work, engine) => compose.deleteForAll(work, engine, conversation, message))
  }

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
    if (!this.#settings.sendsTyping) return
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
  async close(): Promise<void> {
    if (this.#over.signal.aborted) return
    this.#over.abort(new SottoError('closed', 'The messenger is closed'))
    this.#meetings.close()
    await this.#sender.close()
    await this.#channelLine.close()
    await this.#attachments.close()
    await this.#keeper.close()
    await this.#inbox.close()
    await this.#line?.close()
    await this.#upkeep.close()
    await this.#searches.close()
    await this.#engine.state.close()
    await this.#door?.close()
    this.#engine.events.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #change<Result>(
    step: (work: Parameters<Parameters<State['change']>[0]>[0], engine: Engine) => Promise<Result>,
  ): Promise<Result> {
    return this.#engine.state.change((work) => step(work, this.#engine))
  }

  #received(envelope: Envelope): void {
    if (this.#keeper.isFor(envelope.address)) this.#keeper.received(envelope.id, envelope.payload)
    else this.#inbox.push(envelope)
  }

  /** They came back from elsewhere. */
  async #readSettings(): Promise<void> {
    const before = this.#settings
    this.#settings = (await settings.get(this.#engine.state)) ?? before
    if (before.takesRequests !== this.#settings.takesRequests) this.#line?.republish()
  }

  #connectionIs(state: ConnectionState): void {
    if (state === this.#connection) return
    this.#connection = state
    if (state === 'online') {
      this.#sender.hurry()
      this.#channelLine.online()
    } else this.#inbox.forget()
    this.#keeper.connectionIs(state)
    this.#line?.connectionIs(state)
  }
}

const emptySettings: Settings = {
  relay: '',
  mode: 'sealed',
  takesRequests: true,
  sendsReadReceipts: false,
  sendsTyping: false,
  keepsSnapshot: true,
}

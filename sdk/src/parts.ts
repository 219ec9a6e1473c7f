/**
 * @module Everything of a messenger that moves by itself, put together, started and ended in order: what sends, what takes
 * in, what keeps things up. `messenger.ts` is what a program sees of it.
 */
import { Attachments } from '#attachments/attachments.ts'
import { beginAnew } from '#backup/begin-anew.ts'
import { Channels } from '#channels/channels.ts'
import { ChannelLine } from '#channels/line.ts'
import { type Settings, settings } from '#contacts/contact.ts'
import { Meetings } from '#contacts/meetings.ts'
import { choose } from '#contacts/settings.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { type ConnectionState, Events } from '#events.ts'
import { type LiveDoor, LiveLine } from '#live-line.ts'
import { type Envelope, Inbox } from '#messages/inbox.ts'
import { Sender } from '#messages/sender.ts'
import type { Lines, MessengerOptions, Relay } from '#messenger-options.ts'
import { Searches } from '#search/searches.ts'
import { deviceOf } from '#sessions/device.ts'
import type { KeyCounts } from '#sessions/stock.ts'
import { SnapshotKeeper } from '#snapshot/keeper.ts'
import { State } from '#state/state.ts'
import type { Work } from '#state/work.ts'
import { Upkeep } from '#upkeep.ts'

export class Parts {
  readonly engine: Engine
  readonly channels: Channels
  readonly searches: Searches
  readonly attachments: Attachments
  readonly meetings: Meetings
  /** A relay, as it is reached by what is chosen now. */
  readonly relay: (origin: string) => Relay
  /** Aborted when the messenger is closed. */
  readonly over: AbortSignal
  readonly #life = new AbortController()
  readonly #sender: Sender
  readonly #inbox: Inbox
  readonly #upkeep: Upkeep
  readonly #keeper: SnapshotKeeper
  readonly #channelLine: ChannelLine
  #line: LiveLine | undefined
  #door: LiveDoor | undefined
  #connection: ConnectionState = 'offline'
  #settings: Settings

  constructor(options: MessengerOptions, chosen: Settings) {
    const { primitives, random, clock, profile, lines, failed = () => {}, makeThumbnail } = options
    const { identity, registrationId, records, hide } = profile
    this.#settings = chosen
    this.over = this.#life.signal
    this.relay = waysTo(lines, () => this.#settings)
    const engine: Engine = {
      device: deviceOf({ primitives, random, clock, hide }, identity, registrationId),
      state: new State(records),
      events: new Events(),
      wakeSender: (contact) => this.#sender.wake(contact),
      wakeUpkeep: () => this.#upkeep.wake(),
      wakeChannel: (channel, needs) => this.#channelLine.wake(channel, needs),
      maxMessagesOfKey: options.maxMessagesOfKey ?? 1000,
      meetingReceived: (meeting, payload) =>
        void this.meetings.received(meeting, payload).catch(failed),
    }
    const door = (): LiveDoor | undefined => this.#door
    const acknowledge: LiveDoor['acknowledge'] = (address, ids) => door()?.acknowledge(address, ids)
    this.engine = engine
    this.meetings = new Meetings(engine, this.relay)
    this.searches = new Searches(engine, failed)
    this.#keeper = new SnapshotKeeper({
      engine,
      deposits: () => this.relay(this.#settings.relay),
      acknowledge,
      settingsChanged: () => this.#readSettings(),
      failed,
    })
    this.#sender = new Sender(engine, this.relay, failed)
    this.#channelLine = new ChannelLine(engine, door, failed)
    this.channels = new Channels({ engine, line: this.#channelLine, door, over: this.over })
    this.#inbox = new Inbox(engine, acknowledge, failed)
    this.#upkeep = new Upkeep(engine, async () => this.#line?.watchAll(), failed)
    this.attachments = new Attachments({
      engine,
      relay: this.relay,
      makeThumbnail,
      over: this.over,
    })
  }

  get connection(): ConnectionState {
    return this.#connection
  }

  get settings(): Settings {
    return this.#settings
  }

  change<Result>(step: (work: Work, engine: Engine) => Promise<Result>): Promise<Result> {
    return this.engine.state.change((work) => step(work, this.engine))
  }

  async choose(choice: Partial<Settings>): Promise<Settings> {
    this.#take(await this.change((work, engine) => choose(work, engine, choice)))
    return this.#settings
  }

  /** Not before everything is as it should be: what comes in, and what is published, follows from it. */
  async start({
    profile: { identity },
    lines,
    failed = () => {},
  }: MessengerOptions): Promise<void> {
    while (await this.change((work, engine) => beginAnew(work, engine))) {
      // Piece by piece: there may be very many contacts.
    }
    if (lines.live === undefined) return
    this.#door = lines.live(this.#settings.relay, identity, {
      state: (state) => this.#connectionIs(state),
      envelope: (envelope) => this.#received(envelope),
      keysLow: () => this.#line?.keysLow(),
      channelMessage: (channel, message) => this.#channelLine.postCame(channel, message),
      channelRecord: (channel) => this.#channelLine.recordCame(channel),
      banned: (channel) => this.#channelLine.recordCame(channel),
    })
    this.#line = new LiveLine(this.engine, this.#door, failed)
    await this.#keeper.start()
    await this.#line.watchAll()
    await this.#sender.start()
    await this.#channelLine.start()
    await this.attachments.forgetOld()
    this.#upkeep.wake()
  }

  keysInStock(signal: AbortSignal): Promise<KeyCounts> {
    if (this.#door !== undefined) return this.#door.keyCounts(signal)
    return Promise.reject(new SottoError('offline', 'Nobody asked for a connection'))
  }

  /** There may be a network again. */
  nudge(): void {
    this.#door?.nudge()
    this.#sender.hurry()
  }

  /** What is under way ends first, then what it writes with, and last what it is told by. */
  async close(): Promise<void> {
    if (this.over.aborted) return
    this.#life.abort(new SottoError('closed', 'The messenger is closed'))
    this.meetings.close()
    await this.#sender.close()
    await this.#channelLine.close()
    await this.attachments.close()
    await this.#keeper.close()
    await this.#inbox.close()
    await this.#line?.close()
    await this.#upkeep.close()
    await this.searches.close()
    await this.engine.state.close()
    await this.#door?.close()
    this.engine.events.close()
  }

  #received(envelope: Envelope): void {
    if (this.#keeper.isFor(envelope.address)) this.#keeper.received(envelope.id, envelope.payload)
    else this.#inbox.push(envelope)
  }

  /** They came back from elsewhere. */
  async #readSettings(): Promise<void> {
    this.#take((await settings.get(this.engine.state)) ?? this.#settings)
  }

  #take(chosen: Settings): void {
    const isOther = this.#settings.takesRequests !== chosen.takesRequests
    this.#settings = chosen
    if (isOther) this.#line?.republish()
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

/** One way to each relay, made anew when something else is chosen. */
function waysTo(lines: Lines, chosenNow: () => Settings): (origin: string) => Relay {
  const ways = new Map<string, { readonly relay: Relay; readonly chosen: Settings }>()
  return (origin) => {
    const chosen = chosenNow()
    const found = ways.get(origin)
    if (found?.chosen === chosen) return found.relay
    const relay = lines.deposits(origin, chosen)
    ways.set(origin, { relay, chosen })
    return relay
  }
}

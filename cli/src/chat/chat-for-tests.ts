/**
 * @module A chat for tests: a state with some people in it, keys by their names, and what was asked for.
 */
import { utcCalendar } from '#calendar.ts'
import { draw } from '#chat/draw.ts'
import type { ChatState, Effect } from '#chat/state.ts'
import { type Input, update } from '#chat/update.ts'
import type { Channel, Contact, Conversation, Message, MessengerEvent } from '#engine.ts'
import { createDecoder, decode, flush } from '#input/decode.ts'
import { ownIdentity, sampleMillis, sampleSettings } from '#people-for-tests.ts'
import { frameText } from '#screen/frame.ts'

export interface Beginning {
  readonly contacts: readonly Contact[]
  readonly channels?: readonly Channel[]
  readonly conversations: readonly Conversation[]
  readonly messages?: Readonly<Record<string, readonly Message[]>>
  readonly columns?: number
  readonly rows?: number
}

export class TestChat {
  state: ChatState
  readonly effects: Effect[] = []
  readonly #messages: Readonly<Record<string, readonly Message[]>>

  constructor({
    contacts,
    channels = [],
    conversations,
    messages = {},
    columns = 80,
    rows = 20,
  }: Beginning) {
    this.#messages = messages
    this.state = {
      size: { columns, rows },
      nowMillis: sampleMillis,
      calendar: utcCalendar,
      profile: 'main',
      settings: sampleSettings(),
      connection: 'online',
      contacts: new Map(),
      channels: new Map(),
      self: ownIdentity,
      conversations: [],
      open: undefined,
      threads: new Map(),
      writings: new Map(),
      typing: new Map(),
      focus: 'compose',
      overlay: undefined,
      saying: undefined,
    }
    const directory = {
      contacts: new Map(contacts.map((contact) => [contact.id, contact])),
      channels: new Map(channels.map((channel) => [channel.id, channel])),
      self: ownIdentity,
    }
    this.take({ kind: 'reloaded', directory, conversations, settings: this.state.settings })
  }

  /** Loads what is asked for, and keeps the other effects. */
  take(input: Input): void {
    const { state, effects } = update(this.state, input)
    this.state = state
    for (const effect of effects) {
      if (effect.kind !== 'load') {
        this.effects.push(effect)
        continue
      }
      const { conversation, before } = effect
      const all = this.#messages[conversation] ?? []
      const earlier = all.filter(({ order }) => before === undefined || order < before)
      const page = earlier.slice(-10)
      const isWhole = page.length < 10
      this.take({ kind: 'loaded', conversation, before, messages: page, isWhole })
    }
  }

  /** As the terminal sends it. */
  type(...pieces: readonly string[]): void {
    for (const piece of pieces) {
      const decoded = decode(createDecoder(), new TextEncoder().encode(piece))
      this.take({ kind: 'keys', keys: [...decoded.keys, ...flush(decoded.decoder).keys] })
    }
  }

  hear(event: MessengerEvent): void {
    this.take({ kind: 'happened', event })
  }

  screen(): string {
    return frameText(draw(this.state))
  }

  cursor(): { readonly x: number; readonly y: number } | undefined {
    return draw(this.state).cursor
  }
}

export const keys = {
  enter: '\r',
  altEnter: '\u001b\r',
  escape: '\u001b',
  tab: '\t',
  up: '\u001b[A',
  down: '\u001b[B',
  pageUp: '\u001b[5~',
  pageDown: '\u001b[6~',
  ctrlC: '\u0003',
  ctrlJ: '\n',
  ctrlK: '\u000b',
  ctrlN: '\u000e',
  ctrlO: '\u000f',
  ctrlP: '\u0010',
  ctrlR: '\u0012',
} as const

/**
 * @module The channels of the relay in memory, for the tests of the engine: what a relay keeps, and what it shows, which may
 * be something else.
 */
import type { Identity } from '@sotto/signal'
import type { ChannelDoor, ChannelHandlers } from '#channels/door.ts'
import { SottoError } from '#errors.ts'
import type { Clock, Randomness } from '#ports/clock.ts'
import type {
  AppendOutcome,
  ChannelRecord,
  HistoryMessage,
  HistoryPage,
  Invite,
  InviteChoices,
  Posted,
  RecordPage,
} from '#relay/live/requests.ts'

export interface FakeChannel {
  /** By identity in hex: the number of the last post before they came. */
  readonly members: Map<string, { readonly joinedAfter: number; role: string }>
  readonly banned: Set<string>
  readonly invites: Map<string, { uses: number; readonly untilMillis: number }>
  readonly records: ChannelRecord[]
  readonly posts: HistoryMessage[]
  readonly numbers: Map<string, number>
}

/** What goes wrong, or is done wrong. */
export interface ChannelMischief {
  /** Whether a question is lost on the way there. */
  readonly losesRequest?: (question: string) => boolean
  /** Whether it is done, and nobody hears of it. */
  readonly losesAnswer?: (question: string) => boolean
  /** What somebody is shown, instead of what is there. */
  readonly showsRecords?: (
    reader: string,
    records: readonly ChannelRecord[],
  ) => readonly ChannelRecord[]
  readonly showsPosts?: (
    reader: string,
    posts: readonly HistoryMessage[],
  ) => readonly HistoryMessage[]
  /** Whether nobody is told as something happens. */
  readonly isMute?: () => boolean
}

const recordsOnAPage = 100

export class FakeChannels {
  readonly byId = new Map<string, FakeChannel>()
  readonly doors = new Set<FakeChannelDoor>()
  readonly clock: Clock
  readonly random: Randomness
  mischief: ChannelMischief = {}

  constructor(clock: Clock, random: Randomness) {
    this.clock = clock
    this.random = random
  }

  /** Hands something to somebody as if it had just been posted. */
  push(reader: Identity, channel: Uint8Array, post: HistoryMessage): void {
    for (const door of this.doors) door.handedTo(reader, channel, post)
  }

  /** The only one there is. */
  get only(): FakeChannel {
    const [channel] = this.byId.values()
    if (channel === undefined) throw new Error('There is no channel')
    return channel
  }
}

export class FakeChannelDoor implements ChannelDoor {
  readonly #channels: FakeChannels
  readonly #own: Uint8Array
  readonly #handlers: Partial<ChannelHandlers>
  readonly #isUp: () => boolean

  constructor(
    channels: FakeChannels,
    { ed25519PublicKey }: Identity,
    handlers: Partial<ChannelHandlers>,
    isUp: () => boolean,
  ) {
    this.#channels = channels
    this.#own = ed25519PublicKey
    this.#handlers = handlers
    this.#isUp = isUp
    channels.doors.add(this)
  }

  createChannel(channel: Uint8Array): Promise<'created' | 'exists'> {
    return this.#answer('create', () => {
      const { byId } = this.#channels
      if (byId.has(channel.toHex())) return 'exists'
      byId.set(channel.toHex(), {
        members: new Map([[this.#name, { joinedAfter: 0, role: 'owner' }]]),
        banned: new Set(),
        invites: new Map(),
        records: [],
        posts: [],
        numbers: new Map(),
      })
      return 'created'
    })
  }

  joinChannel(channel: Uint8Array, token: Uint8Array | undefined): Promise<void> {
    return this.#answer('join', () => {
      const found = this.#known(channel)
      if (found.members.has(this.#name)) return
      if (found.banned.has(this.#name)) throw refusal('not-allowed')
      const invite = found.invites.get(token?.toHex() ?? '')
      const isGood =
        invite !== undefined && invite.uses > 0 && invite.untilMillis > this.#channels.clock.now()
      if (!isGood) throw refusal('not-allowed')
      invite.uses--
      found.members.set(this.#name, { joinedAfter: found.posts.length, role: 'member' })
    })
  }

  leaveChannel(channel: Uint8Array): Promise<void> {
    return this.#answer('leave', () => void this.#known(channel).members.delete(this.#name))
  }

  postToChannel(channel: Uint8Array, payload: Uint8Array, clientId: Uint8Array): Promise<Posted> {
    return this.#answer('post', () => {
      const found = this.#entered(channel)
      const name = `${this.#name}/${clientId.toHex()}`
      const known = found.posts[(found.numbers.get(name) ?? 0) - 1]
      if (known !== undefined) return known
      const id = found.posts.length + 1
      const acceptedAtMillis = this.#channels.clock.now()
      const post = { id, acceptedAtMillis, sender: this.#own, payload: payload.slice() }
      found.posts.push(post)
      found.numbers.set(name, id)
      this.#tell(found, (door) => door.#handlers.channelMessage?.(channel, post))
      return { id, acceptedAtMillis }
    })
  }

  getHistory(channel: Uint8Array, afterId: number, limit: number): Promise<HistoryPage> {
    return this.#answer('history', () => {
      const found = this.#known(channel)
      const member = found.members.get(this.#name)
      if (member === undefined) return { messages: [], nextAfterId: afterId, hasMore: false }
      const { showsPosts = (_, posts) => posts } = this.#channels.mischief
      const all = showsPosts(this.#name, found.posts)
      const from = Math.max(afterId, member.joinedAfter)
      const rest = all.filter(({ id }) => id > from)
      const messages = rest.slice(0, limit)
      return {
        messages,
        nextAfterId: messages.at(-1)?.id ?? afterId,
        hasMore: rest.length > messages.length,
      }
    })
  }

  appendRecord(channel: Uint8Array, record: Uint8Array, after: number): Promise<AppendOutcome> {
    return this.#answer('append', () => {
      const found = this.#entered(channel)
      if (after !== found.records.length) return { kind: 'conflict' }
      const number = after + 1
      found.records.push({ number, record: record.slice() })
      this.#tell(found, (door) => door.#handlers.channelRecord?.(channel))
      return { kind: 'appended', number }
    })
  }

  getRecords(channel: Uint8Array, after: number): Promise<RecordPage> {
    return this.#answer('records', () => {
      const { records } = this.#entered(channel)
      const { showsRecords = (_, all) => all } = this.#channels.mischief
      const rest = showsRecords(this.#name, records).filter(({ number }) => number > after)
      const page = rest.slice(0, recordsOnAPage)
      return { records: page, hasMore: rest.length > page.length }
    })
  }

  createInvite(channel: Uint8Array, { maxUses = 1, ttlSeconds }: InviteChoices): Promise<Invite> {
    return this.#answer('invite', () => {
      const found = this.#entered(channel)
      const token = this.#channels.random(32)
      const untilMillis =
        ttlSeconds === undefined
          ? Number.POSITIVE_INFINITY
          : this.#channels.clock.now() + ttlSeconds * 1000
      found.invites.set(token.toHex(), { uses: maxUses, untilMillis })
      return { token, maxUses, expiresAtMillis: untilMillis }
    })
  }

  banUser(channel: Uint8Array, member: Uint8Array): Promise<void> {
    return this.#answer('ban', () => {
      const found = this.#moderated(channel)
      const name = member.toHex()
      if (found.members.get(name)?.role === 'owner') throw refusal('not-allowed')
      found.banned.add(name)
      if (!found.members.delete(name)) return
      for (const door of this.#channels.doors) {
        if (door.#name === name && door.#isUp()) door.#handlers.banned?.(channel)
      }
    })
  }

  unbanUser(channel: Uint8Array, member: Uint8Array): Promise<void> {
    return this.#answer('unban', () => void this.#moderated(channel).banned.delete(member.toHex()))
  }

  setRole(channel: Uint8Array, member: Uint8Array, role: 'moderator' | 'member'): Promise<void> {
    return this.#answer('role', () => {
      const found = this.#entered(channel)
      const target = found.members.get(member.toHex())
      const isOwner = found.members.get(this.#name)?.role === 'owner'
      if (!isOwner || target === undefined) throw refusal('not-allowed')
      target.role = role
    })
  }

  handedTo(reader: Identity, channel: Uint8Array, post: HistoryMessage): void {
    if (reader.ed25519PublicKey.toHex() !== this.#name || !this.#isUp()) return
    this.#handlers.channelMessage?.(channel, post)
  }

  endChannels(): void {
    this.#channels.doors.delete(this)
  }

  get #name(): string {
    return this.#own.toHex()
  }

  #known(channel: Uint8Array): FakeChannel {
    const found = this.#channels.byId.get(channel.toHex())
    if (found === undefined) throw refusal('not-found')
    return found
  }

  #entered(channel: Uint8Array): FakeChannel {
    const found = this.#known(channel)
    if (!found.members.has(this.#name)) throw refusal('not-a-member')
    return found
  }

  #moderated(channel: Uint8Array): FakeChannel {
    const found = this.#entered(channel)
    if (found.members.get(this.#name)?.role === 'member') throw refusal('not-allowed')
    return found
  }

  /** Everybody else who is there. */
  #tell({ members }: FakeChannel, tell: (door: FakeChannelDoor) => void): void {
    if (this.#channels.mischief.isMute?.() === true) return
    for (const door of this.#channels.doors) {
      if (door === this || !members.has(door.#name)) continue
      queueMicrotask(() => {
        if (door.#isUp()) tell(door)
      })
    }
  }

  async #answer<Answer>(question: string, answer: () => Answer): Promise<Answer> {
    await Promise.resolve()
    if (!this.#isUp()) throw refusal('offline')
    if (this.#channels.mischief.losesRequest?.(question) === true) throw refusal('offline')
    const answered = answer()
    await Promise.resolve()
    if (this.#channels.mischief.losesAnswer?.(question) === true) throw refusal('offline')
    return answered
  }
}

function refusal(code: SottoError['code']): SottoError {
  return new SottoError(code, 'The relay says no')
}

import fc from 'fast-check'
import { openPrimitives } from '@sotto/primitives/provider'
import { type DownMessage, writeDown } from '@sotto/wire/live'
import { beforeEach, describe, expect, test } from 'vitest'
import { isSottoError, SottoError } from '#errors.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { neededCapabilities } from '#relay/live/connection.ts'
import type { LiveEnvelope } from '#relay/live/events.ts'
import { FakeDoor, nonce } from '#relay/live/fake-door.ts'
import { addressOfReadingKey } from '#relay/live/watched.ts'
import { LiveRelay } from '#relay/live.ts'
import { relayOrigin } from '#relay/relay-origin.ts'

const primitives = await openPrimitives()
const never = new AbortController().signal
const seed = new Uint8Array(32).fill(5)
const identity = primitives.ed25519PublicKey(seed)
const channel = new Uint8Array(32).fill(0xc)
const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const key = (n: number): Uint8Array => new Uint8Array(32).fill(n & 0xff).with(0, n >> 8)
const id = (n: number): Uint8Array => new Uint8Array(16).fill(n & 0xff).with(0, n >> 8)
const addressOf = (n: number): Uint8Array => addressOfReadingKey(primitives, key(n))

let clock: FakeClock
let door: FakeDoor
let states: string[]
let envelopes: LiveEnvelope[]
let events: unknown[]

beforeEach(() => {
  clock = new FakeClock()
  door = new FakeDoor()
  states = []
  envelopes = []
  events = []
})

function open(url = 'https://relay.example'): LiveRelay {
  const relay = relayOrigin(url)
  if (relay === undefined) throw new TypeError('Not a relay')
  return LiveRelay.open({
    network: door,
    clock,
    randomness: fakeRandomness('live'),
    primitives,
    relay,
    login: { identity, device: 3, sign: (message) => primitives.signEd25519(seed, message) },
    handlers: {
      state: (state, problem) =>
        states.push(problem === undefined ? state : `${state}: ${problem.code}`),
      envelope: (envelope) => envelopes.push(envelope),
      keysLow: (counts) => events.push(['keysLow', counts]),
      channelMessage: (...message) => events.push(['channelMessage', ...message]),
      channelRecord: (...record) => events.push(['channelRecord', ...record]),
      memberJoined: (...joined) => events.push(['memberJoined', ...joined]),
      memberLeft: (...left) => events.push(['memberLeft', ...left]),
      banned: (...banned) => events.push(['banned', ...banned]),
    },
  })
}

async function openOnline(): Promise<LiveRelay> {
  const live = open()
  await clock.advance(0)
  expect(live.state).toBe('online')
  return live
}

/** Everything that is due at once has happened. */
const settle = (): Promise<void> => clock.advance(0)

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    return `resolved to ${JSON.stringify(await promise)}`
  } catch (error) {
    return isSottoError(error) ? error.code : String(error)
  }
}

describe('a login', () => {
  test('signs the challenge with the identity, and says what this client can do', async () => {
    await openOnline()
    expect(door.line.url).toBe('wss://relay.example/ws')
    const [auth] = door.line.heardOf('auth')
    expect(auth).toMatchObject({ pubkey: identity, device: 3, caps: neededCapabilities })
    const signed = Uint8Array.from([...new TextEncoder().encode('Mobium-auth-v1'), ...nonce])
    const signature = auth?.signature ?? new Uint8Array(0)
    expect(primitives.verifyEd25519(identity, signed, signature)).toBe(true)
    expect(states).toEqual(['connecting', 'online'])
  })

  test('goes in clear to a relay of this machine', async () => {
    open('http://localhost:8080')
    await settle()
    expect(door.line.url).toBe('ws://localhost:8080/ws')
  })

  test('begins after its opener has it', () => {
    const live = open()
    expect([live.state, states, door.lines]).toEqual(['offline', [], []])
  })

  test.each(neededCapabilities)('is not enough when the relay lacks "%s"', async (name) => {
    door.capabilities = neededCapabilities.filter((each) => each !== name)
    const problems: (SottoError | undefined)[] = []
    const relay = relayOrigin('https://relay.example')
    if (relay === undefined) throw new TypeError('Not a relay')
    LiveRelay.open({
      network: door,
      clock,
      randomness: fakeRandomness(1),
      primitives,
      relay,
      login: { identity, device: 1, sign: () => new Uint8Array(64) },
      handlers: { state: (_, problem) => problems.push(problem), envelope: () => undefined },
    })
    await settle()
    const problem = problems.at(-1)
    expect(problem?.code).toBe('relay-refused')
    expect(problem?.message).toBe(`This relay lacks what this client requires: ${name}`)
    expect(door.line.closedWith).toBe(4000)
  })

  test.each([
    ['refuses it', (): DownMessage => ({ type: 'error', message: 'no' }), 'relay-refused'],
    [
      'has no time',
      (): DownMessage => ({ type: 'error', message: 'no', code_str: 'rate-limited' }),
      'relay-busy',
    ],
  ])('ends when the relay %s, and is tried again', async (_, said, code) => {
    door.reply = (message, line) => {
      if (message.type === 'auth') line.say(said())
      return true
    }
    open()
    await settle()
    expect(states).toEqual(['connecting', `offline: ${code}`])
    await clock.advance(1001)
    expect(door.lines).toHaveLength(2)
  })

  test('ends when it takes longer than 20 seconds', async () => {
    door.reply = () => true
    open()
    await clock.advance(19_999)
    expect(states).toEqual(['connecting'])
    await clock.advance(1)
    expect(states).toEqual(['connecting', 'offline: offline'])
    expect(door.line.closedWith).toBe(4000)
  })

  test('is not done by who has not asked for a signature, and there is no second challenge', async () => {
    door.isReachable = false
    const live = open()
    door.connect = ((connect) => (url, protocols, handlers) => {
      door.isReachable = true
      const socket = connect(url, protocols, { ...handlers, opened: () => undefined })
      return socket
    })(door.connect.bind(door))
    door.reply = (message, line) => {
      if (message.type === 'auth') line.say({ type: 'auth_challenge', nonce: key(1) })
      return true
    }
    await settle()
    expect(door.line.heardOf('auth')).toHaveLength(1)
    expect(live.state).toBe('connecting')
  })
})

describe('a connection that is lost', () => {
  test('comes back, later each time it fails again', async () => {
    const live = await openOnline()
    door.isReachable = false
    door.line.cut()
    expect(states.at(-1)).toBe('offline: offline')
    const starts: number[] = []
    let known = door.lines.length
    for (let second = 0; second < 400; second++) {
      await clock.advance(1000)
      if (door.lines.length > known) starts.push(second)
      known = door.lines.length
    }
    const gaps = starts.slice(1).map((start, at) => start - (starts[at] ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(61)
    expect(Math.max(...gaps)).toBeGreaterThan(20)
    expect(starts.length).toBeLessThan(40)
    door.isReachable = true
    await clock.advance(61_000)
    expect(live.state).toBe('online')
  })

  test('comes back at once when there may be a network again', async () => {
    const live = await openOnline()
    door.isReachable = false
    door.line.cut()
    await clock.advance(300_000)
    door.isReachable = true
    const before = door.lines.length
    live.nudge()
    live.nudge()
    await settle()
    expect(live.state).toBe('online')
    expect(door.lines).toHaveLength(before + 1)
  })

  test('comes back soon when it had lasted for a minute', async () => {
    const live = await openOnline()
    for (let times = 0; times < 12; times++) {
      await clock.advance(60_000)
      door.line.cut()
      await clock.advance(1001)
      expect([times, live.state]).toEqual([times, 'online'])
    }
  })

  test('is tried again soon after a nudge that did not help', async () => {
    const live = await openOnline()
    door.isReachable = false
    door.line.cut()
    for (let times = 0; times < 12; times++) {
      await clock.advance(100_000)
      const before = door.lines.length
      live.nudge()
      await clock.advance(1001)
      expect(door.lines.length).toBeGreaterThanOrEqual(before + 2)
    }
  })

  test('is noticed by silence: a ping every 30 seconds, and 20 seconds for anything to come', async () => {
    await openOnline()
    await clock.advance(29_999)
    expect(door.line.heardOf('ping')).toHaveLength(0)
    await clock.advance(60_001)
    expect(door.line.heardOf('ping')).toHaveLength(3)
    door.reply = ({ type }) => type === 'ping'
    await clock.advance(30_000)
    await clock.advance(19_999)
    expect(states.at(-1)).toBe('online')
    await clock.advance(1)
    expect(states.at(-1)).toBe('offline: offline')
  })

  test('is not lost while anything comes', async () => {
    await openOnline()
    door.reply = ({ type }) => type === 'ping'
    for (let i = 0; i < 20; i++) {
      await clock.advance(15_000)
      door.line.say({ type: 'member_left', channel_id: channel, member: key(1) })
    }
    expect(states.at(-1)).toBe('online')
  })

  test('is asked 30 seconds after it was asked last', async () => {
    const live = await openOnline()
    await clock.advance(15_000)
    live.nudge()
    await clock.advance(29_999)
    expect(door.line.heardOf('ping')).toHaveLength(1)
    await clock.advance(1)
    expect(door.line.heardOf('ping')).toHaveLength(2)
  })

  test('is noticed sooner after a nudge', async () => {
    const live = await openOnline()
    door.reply = ({ type }) => type === 'ping'
    live.nudge()
    live.nudge()
    expect(door.line.heardOf('ping')).toHaveLength(2)
    await clock.advance(20_000)
    expect(states.at(-1)).toMatch(/^(offline|connecting|online)/)
    expect(states).toContain('offline: offline')
  })
})

describe('what is watched', () => {
  const watchedOn = (at: number): number =>
    door.lines[at]?.heardOf('watch').reduce((sum, { keys = [] }) => sum + keys.length, 0) ?? 0

  test('is watched after the login, in several messages when it is much, before anybody hears of it', async () => {
    const live = open()
    live.watch(Array.from({ length: 600 }, (_, n) => key(n)))
    live.watch([key(1)])
    await settle()
    expect(door.line.heardOf('watch').map(({ keys }) => keys?.length)).toEqual([256, 256, 88])
  })

  test('is watched again after every login, without what was unwatched', async () => {
    const live = await openOnline()
    live.watch([key(1), key(2), key(2), key(3)])
    expect(watchedOn(0)).toBe(3)
    live.unwatch([key(2), key(9)])
    expect(door.line.heardOf('unwatch').map(({ keys }) => keys)).toEqual([[key(2)]])
    door.line.cut()
    live.watch([key(4)])
    live.unwatch([key(1)])
    await clock.advance(1001)
    expect(door.line.heardOf('watch').map(({ keys }) => keys)).toEqual([[key(3), key(4)]])
    expect(door.line.heardOf('unwatch')).toEqual([])
  })

  test('hands on envelopes of watched addresses, and no others', async () => {
    const live = await openOnline()
    live.watch([key(1)])
    const envelope = {
      type: 'envelope',
      payload: bytes(7),
      timestamp: 5,
      accepted_at: 5001,
    } as const
    door.line.say({ ...envelope, token: addressOf(1), id: id(1) })
    door.line.say({ ...envelope, token: addressOf(2), id: id(2) })
    live.unwatch([key(1)])
    door.line.say({ ...envelope, token: addressOf(1), id: id(3) })
    expect(envelopes).toEqual([
      { address: addressOf(1), id: id(1), payload: bytes(7), acceptedAtMillis: 5001 },
    ])
  })

  test('when the relay refuses, the connection is none', async () => {
    const live = await openOnline()
    door.reply = (message, line) => {
      if (message.type !== 'watch') return false
      line.say({ type: 'error', message: 'no', code_str: 'rate-limited' })
      return true
    }
    live.watch([key(1)])
    await settle()
    expect(states.at(-1)).toBe('offline: relay-busy')
    door.reply = () => false
    await clock.advance(1001)
    expect(watchedOn(1)).toBe(1)
    expect(live.state).toBe('online')
  })

  test('is at most as much as a relay watches, and has keys of 32 bytes', async () => {
    const live = open()
    live.watch(Array.from({ length: 4096 }, (_, n) => key(n)))
    live.watch([key(7)])
    expect(() => live.watch([key(5000)])).toThrow(SottoError)
    expect(() => live.watch([new Uint8Array(31)])).toThrow(RangeError)
  })

  test('may be changed by its owner afterwards', async () => {
    const live = open()
    const own = key(1)
    live.watch([own])
    own.fill(0)
    await settle()
    expect(door.line.heardOf('watch')[0]?.keys).toEqual([key(1)])
  })

  test('beyond 4,096 envelopes is left with the relay until half of them are done', async () => {
    const live = await openOnline()
    live.watch([key(1), key(2)])
    await settle()
    const say = (address: number, n: number): void =>
      door.line.say({
        type: 'envelope',
        token: addressOf(address),
        id: id(n),
        payload: bytes(1),
        timestamp: 1,
        accepted_at: 1,
      })
    for (let n = 0; n < 4096; n++) say(1, n)
    say(2, 5000)
    expect(envelopes).toHaveLength(4096)
    live.acknowledge(
      addressOf(1),
      Array.from({ length: 2048 }, (_, n) => id(n)),
    )
    expect(door.line.heardOf('unwatch').map(({ keys }) => keys)).toEqual([[key(2)]])
    expect(door.line.heardOf('watch').map(({ keys }) => keys)).toEqual([[key(1), key(2)], [key(2)]])
    say(2, 5000)
    expect(envelopes).toHaveLength(4097)
    // On the next connection everything comes again.
    for (let n = 0; n < 2047; n++) say(1, 6000 + n)
    door.line.cut()
    await clock.advance(1001)
    for (let n = 0; n < 4096; n++) say(1, 10_000 + n)
    expect(envelopes).toHaveLength(4097 + 2047 + 4096)
  })
})

describe('acknowledgements', () => {
  const acks = (): unknown => door.line.heardOf('ack').map(({ token, ids }) => [token, ids.length])

  test('are gathered for 50 ms, by address, each id once', async () => {
    const live = await openOnline()
    live.watch([key(1), key(2)])
    live.acknowledge(addressOf(1), [id(1)])
    await clock.advance(30)
    live.acknowledge(addressOf(2), [id(2)])
    live.acknowledge(addressOf(1), [id(1), id(3)])
    await clock.advance(19)
    expect(acks()).toEqual([])
    await clock.advance(1)
    expect(acks()).toEqual([
      [addressOf(1), 2],
      [addressOf(2), 1],
    ])
    await clock.advance(5000)
    expect(door.line.heardOf('ack')).toHaveLength(2)
  })

  test('have a thousand ids at most, and go five in a second', async () => {
    const live = await openOnline()
    live.acknowledge(
      addressOf(1),
      Array.from({ length: 2500 }, (_, n) => id(n)),
    )
    for (let n = 2; n < 8; n++) live.acknowledge(addressOf(n), [id(3000 + n)])
    await clock.advance(50)
    expect(door.line.heardOf('ack').map(({ ids }) => ids.length)).toEqual([1000, 1, 1, 1, 1])
    await clock.advance(1000)
    expect(
      door.line
        .heardOf('ack')
        .map(({ ids }) => ids.length)
        .slice(5),
    ).toEqual([1000, 1, 1])
    await clock.advance(1000)
    expect(
      door.line
        .heardOf('ack')
        .map(({ ids }) => ids.length)
        .slice(8),
    ).toEqual([500])
  })

  test('are kept while there is no connection, and said behind the watching', async () => {
    const live = await openOnline()
    live.watch([key(1)])
    door.line.cut()
    live.acknowledge(addressOf(1), [id(1)])
    await clock.advance(100)
    await clock.advance(1001)
    const types = door.line.heard.map(({ type }) => type)
    expect(types.filter((type) => type !== 'ping')).toEqual(['auth', 'watch', 'ack'])
  })

  test('are said again when the relay has no time, and not when it refuses', async () => {
    const live = await openOnline()
    const refuse = (code: string): void => {
      door.reply = (message, line) => {
        if (message.type === 'ack') line.say({ type: 'error', message: 'no', code_str: code })
        return message.type === 'ack'
      }
    }
    refuse('rate-limited')
    live.acknowledge(addressOf(1), [id(1)])
    await clock.advance(50)
    expect(acks()).toEqual([[addressOf(1), 1]])
    refuse('not-allowed')
    await clock.advance(1000)
    expect(acks()).toEqual([
      [addressOf(1), 1],
      [addressOf(1), 1],
    ])
    await clock.advance(10_000)
    expect(door.line.heardOf('ack')).toHaveLength(2)
  })

  test('go before their address is unwatched', async () => {
    const live = await openOnline()
    live.watch([key(1)])
    live.acknowledge(addressOf(1), [id(1)])
    live.unwatch([key(1)])
    const types = door.line.heard.map(({ type }) => type)
    expect(types.filter((type) => type === 'ack' || type === 'unwatch')).toEqual(['ack', 'unwatch'])
    await clock.advance(1000)
    expect(door.line.heardOf('ack')).toHaveLength(1)
  })

  test('clear the mailbox that everybody may write to, unread', async () => {
    await openOnline()
    door.line.say({ type: 'message', sender: key(9), payload: bytes(1), id: id(1) })
    door.line.say({ type: 'message', sender: key(9), payload: bytes(1) })
    await clock.advance(50)
    expect(acks()).toEqual([[undefined, 1]])
    expect(envelopes).toEqual([])
  })

  test('that come without end do not gather without end', async () => {
    const live = open()
    live.acknowledge(
      addressOf(1),
      Array.from({ length: 20_000 }, (_, n) => id(n)),
    )
    await clock.advance(60_000)
    const sum = door.line.heardOf('ack').reduce((total, { ids }) => total + ids.length, 0)
    expect(sum).toBe(16_384)
    // What was said makes room.
    live.acknowledge(addressOf(1), [id(20_001)])
    await clock.advance(50)
    expect(door.line.heardOf('ack').at(-1)?.ids).toEqual([id(20_001)])
  })
})

describe('a question', () => {
  const answers = (said: DownMessage | readonly DownMessage[]): void => {
    door.reply = (message, line) => {
      if (['auth', 'ping', 'watch'].includes(message.type)) return false
      for (const each of [said].flat()) line.say(each)
      return true
    }
  }
  const refusedWith = (code_str: string): void =>
    answers({ type: 'error', message: 'no', code_str })

  test('about keys and devices is answered', async () => {
    const live = await openOnline()
    answers({ type: 'keys_stored', one_time: 5, kem_one_time: 6 })
    const keys = { bundle: bytes(1), oneTime: [bytes(2)], kemOneTime: [bytes(3)], replace: true }
    expect(await live.publishKeys(keys, never)).toEqual({ oneTime: 5, kemOneTime: 6 })
    expect(door.line.heardOf('publish_keys')).toMatchObject([
      { bundle: bytes(1), one_time: [bytes(2)], kem_one_time: [bytes(3)], replace: true },
    ])
    answers({ type: 'key_counts', one_time: 1, kem_one_time: 2 })
    expect(await live.keyCounts(never)).toEqual({ oneTime: 1, kemOneTime: 2 })
    answers({ type: 'devices_stored' })
    expect(await live.publishDevices(bytes(9), never)).toBeUndefined()
    expect(door.line.heardOf('publish_devices')).toMatchObject([{ record: bytes(9) }])
  })

  test('about a channel is answered', async () => {
    const live = await openOnline()
    const channel_id = channel
    answers({ type: 'channel_created', channel_id })
    expect(await live.createChannel(channel, bytes(1), never)).toBe('created')
    expect(door.line.heardOf('create_channel')).toMatchObject([
      { encrypted_metadata: bytes(1), access_mode: 'private' },
    ])
    refusedWith('channel-exists')
    expect(await live.createChannel(channel, bytes(1), never)).toBe('exists')
    answers({ type: 'channel_joined', channel_id })
    await live.joinChannel(channel, bytes(7), never)
    await live.joinChannel(channel, undefined, never)
    expect(door.line.heardOf('join_channel').map(({ invite_token }) => invite_token)).toEqual([
      bytes(7),
      undefined,
    ])
    answers({ type: 'channel_left', channel_id })
    await live.leaveChannel(channel, never)
    answers({ type: 'user_banned', channel_id, target_pubkey: key(1) })
    await live.banUser(channel, key(1), never, 'why')
    expect(door.line.heardOf('ban_user')).toMatchObject([{ reason: 'why' }])
    answers({ type: 'user_unbanned', channel_id, target_pubkey: key(1) })
    await live.unbanUser(channel, key(1), never)
    answers({ type: 'role_set', channel_id, target_pubkey: key(1), role: 'moderator' })
    await live.setRole(channel, key(1), 'moderator', never)
    expect(door.line.heardOf('set_role')).toMatchObject([{ role: 'moderator' }])
    answers({
      type: 'members_response',
      channel_id,
      members: [key(1)],
      members_with_keys: [{ ed25519: key(1), x25519: bytes(), role: 'owner' }],
    })
    expect(await live.getMembers(channel, never)).toEqual([{ identity: key(1), role: 'owner' }])
    answers({
      type: 'invite_created',
      channel_id,
      invite_token: '0aFF',
      max_uses: 3,
      expires_at: 60,
    })
    expect(await live.createInvite(channel, { maxUses: 3, ttlSeconds: 60 }, never)).toEqual({
      token: bytes(10, 255),
      maxUses: 3,
      expiresAtMillis: 60_000,
    })
    expect(door.line.heardOf('create_invite')).toMatchObject([{ max_uses: 3, ttl_seconds: 60 }])
  })

  test('posts to a channel, and finds its place by the id that it drew', async () => {
    const live = await openOnline()
    const ack = (n: number): DownMessage => ({
      type: 'ack',
      channel_id: channel,
      client_id: id(n),
      status: 'stored',
      id: 40 + n,
      accepted_at: 1000 + n,
    })
    door.reply = () => true
    const first = live.postToChannel(channel, bytes(1), id(1), never)
    const second = live.postToChannel(channel, bytes(2), id(2), never)
    await settle()
    door.line.say(ack(2))
    expect(await second).toEqual({ id: 42, acceptedAtMillis: 1002 })
    door.line.say(ack(1))
    expect(await first).toEqual({ id: 41, acceptedAtMillis: 1001 })
    expect(door.line.heardOf('channel_message')).toMatchObject([
      { payload: bytes(1), client_id: id(1) },
      { payload: bytes(2), client_id: id(2) },
    ])
  })

  test('reads history and records page by page', async () => {
    const live = await openOnline()
    answers({
      type: 'history_response',
      channel_id: channel,
      count: 1,
      messages: [
        {
          id: 8,
          sender: key(1),
          payload: bytes(3),
          timestamp: 1,
          bucket_size: 0,
          accepted_at: 1005,
        },
      ],
      next_after_id: 8,
      has_more: true,
    })
    expect(await live.getHistory(channel, 7, 50, never)).toEqual({
      messages: [{ id: 8, sender: key(1), payload: bytes(3), acceptedAtMillis: 1005 }],
      nextAfterId: 8,
      hasMore: true,
    })
    expect(door.line.heardOf('get_history')).toMatchObject([{ after_id: 7, limit: 50 }])
    // Who would ask for the same page for ever is told.
    expect(await codeOf(live.getHistory(channel, 8, 50, never))).toBe('bad-answer')
    const records = [{ number: 3, record: bytes(4) }]
    answers({ type: 'records', channel_id: channel, records, has_more: true })
    expect(await live.getRecords(channel, 2, never, 10)).toEqual({ records, hasMore: true })
    expect(door.line.heardOf('get_records')).toMatchObject([{ after: 2, limit: 10 }])
    expect(await codeOf(live.getRecords(channel, 3, never))).toBe('bad-answer')
  })

  test('appends a record, unless there is another, or no room', async () => {
    const live = await openOnline()
    door.reply = (message, line) => {
      if (message.type !== 'append_record') return false
      const { client_id } = message
      line.say({ type: 'record_appended', channel_id: channel, number: 4, client_id })
      return true
    }
    expect(await live.appendRecord(channel, bytes(1), 3, never)).toEqual({
      kind: 'appended',
      number: 4,
    })
    expect(door.line.heardOf('append_record')).toMatchObject([{ record: bytes(1), after: 3 }])
    refusedWith('record-conflict')
    expect(await live.appendRecord(channel, bytes(1), 3, never)).toEqual({ kind: 'conflict' })
    refusedWith('records-full')
    expect(await live.appendRecord(channel, bytes(1), 3, never)).toEqual({ kind: 'full' })
    refusedWith('not-a-member')
    expect(await codeOf(live.appendRecord(channel, bytes(1), 3, never))).toBe('not-a-member')
  })

  test('is answered by what is about the same channel', async () => {
    const live = await openOnline()
    answers([
      { type: 'channel_left', channel_id: key(1) },
      { type: 'channel_joined', channel_id: channel },
    ])
    let isDone = false
    void live.leaveChannel(channel, never).then(() => (isDone = true))
    await settle()
    expect(isDone).toBe(false)
    door.line.say({ type: 'channel_left', channel_id: channel })
    await settle()
    expect(isDone).toBe(true)
  })

  test('of one kind is answered in the order in which it was asked', async () => {
    const live = await openOnline()
    door.reply = () => true
    const asked = [live.keyCounts(never), live.keyCounts(never), live.keyCounts(never)]
    await settle()
    door.line.say({ type: 'key_counts', one_time: 1, kem_one_time: 0 })
    door.line.say({ type: 'error', message: 'no', code_str: 'unavailable' })
    door.line.say({ type: 'key_counts', one_time: 3, kem_one_time: 0 })
    const results = await Promise.allSettled(asked)
    expect(results).toMatchObject([
      { value: { oneTime: 1 } },
      { reason: { code: 'relay-busy', retryAfterMillis: 2000 } },
      { value: { oneTime: 3 } },
    ])
  })

  test('that an error names is the one that is refused', async () => {
    const live = await openOnline()
    door.reply = () => true
    const counts = live.keyCounts(never)
    const posted = live.postToChannel(channel, bytes(1), id(1), never)
    await settle()
    door.line.say({ type: 'error', message: 'no', code_str: 'not-a-member', re: id(1) })
    expect(await codeOf(posted)).toBe('not-a-member')
    door.line.say({ type: 'error', message: 'no', code_str: 'banned', re: id(2) })
    door.line.say({ type: 'key_counts', one_time: 1, kem_one_time: 0 })
    expect(await counts).toEqual({ oneTime: 1, kemOneTime: 0 })
  })

  test('is not refused by an error about an acknowledgement that went before', async () => {
    const live = await openOnline()
    door.reply = () => true
    live.acknowledge(addressOf(1), [id(1)])
    await clock.advance(50)
    const counts = live.keyCounts(never)
    door.line.say({ type: 'error', message: 'no', code_str: 'not-allowed' })
    door.line.say({ type: 'key_counts', one_time: 1, kem_one_time: 0 })
    expect(await counts).toEqual({ oneTime: 1, kemOneTime: 0 })
  })

  test('is not answered by what came before it: who gave up leaves its place', async () => {
    const live = await openOnline()
    door.reply = () => true
    const controller = new AbortController()
    const reason = new Error('enough')
    const first = live.keyCounts(controller.signal)
    const second = live.keyCounts(never)
    await settle()
    controller.abort(reason)
    await expect(first).rejects.toBe(reason)
    door.line.say({ type: 'key_counts', one_time: 1, kem_one_time: 0 })
    door.line.say({ type: 'key_counts', one_time: 2, kem_one_time: 0 })
    expect(await second).toEqual({ oneTime: 2, kemOneTime: 0 })
    await expect(live.keyCounts(AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('waits 15 seconds, and then a ping tells that the answer will not come', async () => {
    const live = await openOnline()
    door.reply = ({ type }) => type === 'get_key_counts'
    const late = codeOf(live.keyCounts(never))
    await clock.advance(14_999)
    expect(door.line.heardOf('ping')).toHaveLength(0)
    await clock.advance(1)
    expect(await late).toBe('offline')
    expect(door.line.heardOf('ping')).toHaveLength(1)
    const next = live.keyCounts(never)
    await settle()
    door.line.say({ type: 'key_counts', one_time: 2, kem_one_time: 0 })
    expect(await next).toEqual({ oneTime: 2, kemOneTime: 0 })
  })

  test('that the relay leaves out is a bad answer', async () => {
    const live = await openOnline()
    door.reply = ({ type }) => type === 'get_key_counts'
    const left = codeOf(live.keyCounts(never))
    await settle()
    live.nudge()
    await settle()
    expect(await left).toBe('bad-answer')
  })

  test('fails without a connection, when it ends, and when all is over', async () => {
    const live = open()
    expect(await codeOf(live.keyCounts(never))).toBe('offline')
    await settle()
    door.reply = () => true
    const asked = codeOf(live.keyCounts(never))
    await settle()
    door.line.cut()
    expect(await asked).toBe('offline')
    await clock.advance(1001)
    await live.close()
    expect(await codeOf(live.keyCounts(never))).toBe('closed')
  })

  test.each([
    [{ type: 'ack', client_id: id(1), channel_id: channel, accepted_at: 1 } as const],
    [{ type: 'ack', client_id: id(1), channel_id: channel, id: 1 } as const],
    [{ type: 'ack', client_id: id(1), channel_id: key(1), id: 1, accepted_at: 1 } as const],
  ])('posted to a channel and answered with %o is a bad answer', async (said) => {
    const live = await openOnline()
    answers(said)
    expect(await codeOf(live.postToChannel(channel, bytes(1), id(1), never))).toBe('bad-answer')
  })

  test.each([
    { next_after_id: undefined, has_more: false },
    { next_after_id: 9, has_more: undefined },
    {
      next_after_id: 9,
      has_more: false,
      messages: [{ id: 1, sender: key(1), payload: bytes(), timestamp: 1, bucket_size: 0 }],
    },
  ])('about history and answered with %o is a bad answer', async (said) => {
    const live = await openOnline()
    answers({ type: 'history_response', channel_id: channel, count: 0, messages: [], ...said })
    expect(await codeOf(live.getHistory(channel, 0, 10, never))).toBe('bad-answer')
  })

  test.each(['', 'abc', 'xy'])(
    'about an invitation and answered with %j is a bad answer',
    async (invite_token) => {
      const live = await openOnline()
      answers({
        type: 'invite_created',
        channel_id: channel,
        invite_token,
        max_uses: 1,
        expires_at: null,
      })
      expect(await codeOf(live.createInvite(channel, {}, never))).toBe('bad-answer')
    },
  )

  test('that no schema allows is not asked', async () => {
    const live = await openOnline()
    await expect(live.leaveChannel(new Uint8Array(65), never)).rejects.toThrow(RangeError)
    expect(door.line.heardOf('leave_channel')).toEqual([])
  })

  test('is refused here when 256, or 8 MiB of them, are not answered', async () => {
    const live = await openOnline()
    door.reply = ({ type }) => type !== 'auth'
    const asked = Array.from({ length: 256 }, () => codeOf(live.keyCounts(never)))
    expect(await codeOf(live.keyCounts(never))).toBe('relay-busy')
    door.line.cut()
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['offline']))
    await clock.advance(1001)
    const large = new Uint8Array(3 * 1024 * 1024)
    const posts = [1, 2, 3].map((n) => codeOf(live.postToChannel(channel, large, id(n), never)))
    expect(await posts[2]).toBe('relay-busy')
    for (const n of [1, 2]) {
      door.line.say({
        type: 'ack',
        channel_id: channel,
        client_id: id(n),
        status: 'stored',
        id: n,
        accepted_at: n,
      })
    }
    expect(await posts[0]).toContain('resolved')
    const later = codeOf(live.postToChannel(channel, large, id(4), never))
    door.line.cut()
    expect(await later).toBe('offline')
  })
})

test('what happens is told as it happens', async () => {
  await openOnline()
  const [channel_id, member] = [channel, key(1)]
  const said: readonly DownMessage[] = [
    { type: 'keys_low', one_time: 1, kem_one_time: 2, metered: true },
    {
      type: 'channel_message',
      channel_id,
      sender: member,
      payload: bytes(1),
      id: 5,
      accepted_at: 6,
    },
    { type: 'channel_message', channel_id, sender: member, payload: bytes(1) },
    { type: 'channel_record', channel_id, number: 7, record: bytes(2) },
    { type: 'member_joined', channel_id, member },
    { type: 'member_left', channel_id, member },
    { type: 'banned', channel_id, reason: 'why' },
    { type: 'voice_left', channel_id, pubkey: member },
  ]
  for (const message of said) door.line.say(message)
  expect(events).toEqual([
    ['keysLow', { oneTime: 1, kemOneTime: 2, metered: true }],
    ['channelMessage', channel, { id: 5, acceptedAtMillis: 6, sender: member, payload: bytes(1) }],
    ['channelRecord', channel, { number: 7, record: bytes(2) }],
    ['memberJoined', channel, member],
    ['memberLeft', channel, member],
    ['banned', channel, 'why'],
  ])
})

describe('the end', () => {
  test('says what was acknowledged, closes, and leaves no timer behind', async () => {
    const live = await openOnline()
    live.watch([key(1)])
    live.acknowledge(addressOf(1), [id(1)])
    const asked = codeOf(live.keyCounts(never))
    await live.close()
    expect(await asked).toBe('closed')
    expect(door.line.heardOf('ack')).toHaveLength(1)
    expect(door.line.closedWith).toBe(1000)
    expect(clock.pending()).toBe(0)
    expect(states).toEqual(['connecting', 'online', 'offline'])
    live.nudge()
    live.watch([key(2)])
    live.acknowledge(addressOf(1), [id(2)])
    await live.close()
    expect(clock.pending()).toBe(0)
    expect(door.lines).toHaveLength(1)
  })

  test.each([
    ['before it began', async () => undefined],
    ['while it connects', async () => await settle()],
    ['while it waits', async () => await clock.advance(20_500)],
  ])('leaves no timer behind %s', async (_, reach) => {
    door.reply = () => true
    const live = open()
    await reach()
    await live.close()
    expect(clock.pending()).toBe(0)
    await clock.advance(100_000)
    expect(live.state).toBe('offline')
  })

  test('does not wait for ever for the other side', async () => {
    const live = await openOnline()
    door.line.close = () => undefined
    let isOver = false
    void live.close().then(() => (isOver = true))
    await clock.advance(1999)
    expect(isOver).toBe(false)
    await clock.advance(1)
    expect(isOver).toBe(true)
    expect(clock.pending()).toBe(0)
  })

  test('may come from whoever hears of a state', async () => {
    const relay = relayOrigin('https://relay.example')
    if (relay === undefined) throw new TypeError('Not a relay')
    const live = LiveRelay.open({
      network: door,
      clock,
      randomness: fakeRandomness(1),
      primitives,
      relay,
      login: { identity, device: 1, sign: () => new Uint8Array(64) },
      handlers: { state: () => void live.close(), envelope: () => undefined },
    })
    await clock.advance(10)
    expect([live.state, door.lines.length, clock.pending()]).toEqual(['offline', 0, 0])
  })
})

describe('a hostile relay', () => {
  const noise = fc.oneof(
    fc.uint8Array(),
    fc.constant(new Uint8Array(0)),
    fc
      .constantFrom<DownMessage>(
        { type: 'auth_success', offline_count: 0, caps: ['bin'] },
        { type: 'keys_stored', one_time: 5, kem_one_time: 6 },
        { type: 'error', message: 'a', code_str: 'b', re: id(1) },
        {
          type: 'envelope',
          token: key(1),
          id: id(1),
          payload: bytes(),
          timestamp: 1,
          accepted_at: 1,
        },
        { type: 'pong' },
      )
      .chain((message) => {
        const frame = writeDown(message, 'bin')
        return fc.nat(frame.length).map((length) => frame.slice(0, length))
      }),
  )

  test('that says anything at all before the login gets none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { minLength: 1, maxLength: 5 }), async (frames) => {
        clock = new FakeClock()
        door = new FakeDoor()
        states = []
        door.reply = () => true
        const live = open()
        await settle()
        for (const frame of frames) door.line.sayRaw(frame)
        expect(states).not.toContain('online')
        await live.close()
        expect(clock.pending()).toBe(0)
      }),
      { numRuns: 50 },
    )
  })

  test('that says anything at all after the login breaks nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { maxLength: 20 }), async (frames) => {
        clock = new FakeClock()
        door = new FakeDoor()
        const live = await openOnline()
        live.watch([key(2)])
        door.reply = ({ type }) => type === 'get_key_counts'
        const asked = codeOf(live.keyCounts(never))
        for (const frame of frames) door.line.sayRaw(frame)
        door.line.say({ type: 'key_counts', one_time: 1, kem_one_time: 0 })
        expect(await asked).toMatch(/^(?:resolved|relay-refused|bad-answer)/)
        expect(envelopes).toEqual([])
        await live.close()
        expect(clock.pending()).toBe(0)
      }),
      { numRuns: 50 },
    )
  })

  test('whose frame is a giant is left', async () => {
    await openOnline()
    door.line.sayRaw(new Uint8Array(8 * 1024 * 1024 + 1))
    await settle()
    expect(states.at(-1)).toBe('offline: bad-answer')
    expect(door.line.closedWith).toBe(4000)
  })

  test('that is none is left', async () => {
    door.reply = () => true
    open()
    await settle()
    door.line.sayRaw(new TextEncoder().encode('220 smtp.example ready'))
    expect(states.at(-1)).toBe('offline: bad-answer')
  })

  test('that ends every connection after the login is asked ever more seldom', async () => {
    door.reply = (message, line) => {
      if (message.type !== 'auth') return false
      line.say({ type: 'auth_success', offline_count: 0, caps: neededCapabilities })
      line.cut()
      return true
    }
    open()
    await clock.advance(600_000)
    expect(door.lines.length).toBeLessThan(40)
    expect(door.lines.length).toBeGreaterThan(8)
  })
})

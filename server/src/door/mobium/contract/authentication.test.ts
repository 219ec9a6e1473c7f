/**
 * @module Who somebody is (mobium reference §1.2, §1.5, behaviours 1–12).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setTimeout as pause } from 'node:timers/promises'
import {
  arrive,
  gather,
  joinChannel,
  requestFailed,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient, type Message } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, hex, Person, unhex } from '#door/mobium/contract/person-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

const connect = () => MobiumClient.connect({ port: relay.port })

/** What an original client is told, and that nobody is logged in afterwards, and that somebody still can. */
async function expectRefused(client: MobiumClient, login: Message): Promise<void> {
  expect(await client.ask(login)).toEqual(requestFailed)
  expect(await client.ask({ type: 'get_prekey_count' })).toEqual(requestFailed)
  expect((await client.logIn(Person.draw())).success.type).toBe('auth_success')
}

describe('The challenge', () => {
  test('mobium 1: the first frame is a nonce of 32 bytes', async () => {
    using client = await connect()
    expect(client.challenge).toEqual({ type: 'auth_challenge', nonce: client.nonce })
    expect(unhex(client.nonce)).toHaveLength(32)
    await client.expectNothing()
  })

  test('mobium 2: no two connections have the same one', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, connect))
    expect(new Set(clients.map(({ nonce }) => nonce)).size).toBe(20)
    for (const client of clients) client[Symbol.dispose]()
  })

  test('whoever asks for bin gets it from the first frame on, and the protocol named', async () => {
    const headers = { 'Sec-WebSocket-Protocol': 'mobium.bin.v1' }
    using client = await MobiumClient.connect({ port: relay.port, headers })
    expect(unhex(client.nonce)).toHaveLength(32)
  })
})

test('or everybody gets it, when the relay is told so', async () => {
  await using modern = await startLive({ flags: { 'live-first-frame': 'bin' } })
  using client = await MobiumClient.connect({ port: modern.port, firstForm: 'bin' })
  await client.logIn(Person.draw(), { form: 'array' })
  await client.expectNothing()
})

describe('A login', () => {
  test('mobium 3: with a signature over the label and the nonce succeeds, and nothing waited', async () => {
    using client = await connect()
    const { waiting, success } = await client.logIn(Person.draw())
    expect([...waiting, success]).toEqual([{ type: 'auth_success', offline_count: 0 }])
  })

  test.each(['array', 'hex', 'bin'] as const)(
    'mobium 3: and in every form of bytes: %s',
    async (form) => {
      using client = await connect()
      const { success } = await client.logIn(Person.draw(), { form })
      expect(success).toEqual({ type: 'auth_success', offline_count: 0 })
    },
  )

  test('mobium 4: with a signature over the nonce alone is refused, and the socket stays', async () => {
    using client = await connect()
    const person = Person.draw()
    const signature = hex(person.sign(unhex(client.nonce)))
    await expectRefused(client, { type: 'auth', pubkey: person.name, signature })
  })

  test("mobium 5: with a signature over another socket's nonce is refused", async () => {
    using client = await connect()
    using other = await connect()
    const person = Person.draw()
    const signature = person.signLogin(other.nonce)
    await expectRefused(client, { type: 'auth', pubkey: person.name, signature })
  })

  test.each([
    ['a key of 31 bytes', (login: Message) => ({ ...login, pubkey: draw(31) })],
    [
      'a key of 33 bytes',
      (login: Message) => ({ ...login, pubkey: `${String(login['pubkey'])}00` }),
    ],
    ['a signature of 63 bytes', (login: Message) => ({ ...login, signature: draw(63) })],
    [
      'a signature of 65',
      (login: Message) => ({ ...login, signature: `${String(login['signature'])}00` }),
    ],
    ['no key', ({ type, signature }: Message) => ({ type, signature })],
    ['no signature', ({ type, pubkey }: Message) => ({ type, pubkey })],
    ['a key that is a number', (login: Message) => ({ ...login, pubkey: 7 })],
    ['a key that is no point', (login: Message) => ({ ...login, pubkey: `02${'00'.repeat(31)}` })],
  ])('mobium 6: with %s is refused', async (_, change) => {
    using client = await connect()
    await expectRefused(client, change(client.login(Person.draw())))
  })

  test.each([
    // The lax equation holds for them: zero times the base point is the neutral element, whatever was signed.
    ['the neutral element', `01${'00'.repeat(31)}`, `01${'00'.repeat(63)}`],
    ['a point of order two', `ec${'ff'.repeat(30)}7f`, `ec${'ff'.repeat(30)}7f${'00'.repeat(32)}`],
    [
      'the neutral element, written in another way',
      `01${'00'.repeat(30)}80`,
      `01${'00'.repeat(63)}`,
    ],
  ])('mobium 7: with a key of small order is refused: %s', async (_, pubkey, signature) => {
    // With the point of order two it depends on the nonce: some of several are even.
    for (let i = 0; i < 4; i++) {
      using client = await connect()
      await expectRefused(client, { type: 'auth', pubkey, signature })
    }
  })

  test('mobium 7: with a second way to write a good signature is refused', async () => {
    using client = await connect()
    const login = client.login(Person.draw())
    const good = unhex(String(login['signature']))
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const half = BigInt(`0x${hex(good.slice(32).toReversed())}`) + order
    const bytes = unhex(half.toString(16).padStart(64, '0')).toReversed()
    const signature = hex(Buffer.concat([good.slice(0, 32), bytes]))
    await expectRefused(client, { ...login, signature })
  })

  test('mobium 8: after one that failed succeeds, with the same nonce', async () => {
    using client = await connect()
    const person = Person.draw()
    for (let i = 0; i < 5; i++) {
      expect(await client.ask({ ...client.login(person), signature: draw(64) })).toEqual(
        requestFailed,
      )
    }
    expect((await client.logIn(person)).success.type).toBe('auth_success')
  })

  test('one after the other on one socket: the newest counts, and the older one is gone', async () => {
    using client = await connect()
    using friend = await arrive(relay)
    const first = Person.draw()
    const second = Person.draw()
    await client.logIn(first)
    await client.logIn(second)
    const message = { type: 'message', payload: '01' }
    await friend.ask({ ...message, recipient: first.name })
    await client.expectNothing()
    await friend.ask({ ...message, recipient: second.name })
    expect(await client.next()).toEqual({ type: 'message', sender: friend.name, payload: '01' })
  })
})

describe('Time to log in', () => {
  test('mobium 9: who does not is closed without an error, who did stays', async () => {
    await using hasty = await startLive({ flags: { 'live-auth-timeout-secs': '1' } })
    using stranger = await MobiumClient.connect({ port: hasty.port })
    using failing = await MobiumClient.connect({ port: hasty.port })
    using friend = await arrive(hasty)
    const login = failing.login(Person.draw())
    expect(await failing.ask({ ...login, signature: draw(64) })).toEqual(requestFailed)
    await stranger.socket.closed()
    await failing.socket.closed()
    expect(stranger.socket.messages.size + failing.socket.messages.size).toBe(0)
    await pause(300)
    await friend.expectNothing()
  })
})

describe('The X25519 key of a login', () => {
  const keysIn = async (client: MobiumClient, channel_id: string) => {
    const { members_with_keys } = await client.ask({ type: 'get_members', channel_id })
    return members_with_keys
  }

  test('mobium 10: stays when a later login names none', async () => {
    const person = Person.draw()
    const x25519_pub = draw()
    using owner = await arrive(relay)
    using first = await arrive(relay, { person, x25519_pub })
    const channel_id = await gather(owner, first)
    await first.leave()
    using second = await arrive(relay, { person })
    expect(await keysIn(second, channel_id)).toEqual([
      { ed25519: owner.name, x25519: '', role: 'owner' },
      { ed25519: person.name, x25519: x25519_pub, role: 'member' },
    ])
  })

  test('mobium 11: is replaced when a later login names another', async () => {
    const person = Person.draw()
    using first = await arrive(relay, { person, x25519_pub: draw() })
    const channel_id = await gather(first)
    const x25519_pub = draw()
    using second = await arrive(relay, { person, x25519_pub })
    await joinChannel(second, channel_id)
    expect(await keysIn(first, channel_id)).toEqual([
      { ed25519: person.name, x25519: x25519_pub, role: 'owner' },
    ])
  })

  test('with a signature of the identity reaches those who know of it, and with a wrong one nobody logs in', async () => {
    const person = Person.draw()
    const x25519_pub = draw()
    const x25519_sig = person.signExchangeKey(x25519_pub)
    using client = await connect()
    const wrong = { x25519_pub, x25519_sig: draw(64) }
    expect(await client.ask(client.login(person, wrong))).toEqual(requestFailed)
    const stranger = { x25519_pub, x25519_sig: Person.draw().signExchangeKey(x25519_pub) }
    expect(await client.ask(client.login(person, stranger))).toEqual(requestFailed)
    await client.logIn(person, { x25519_pub, x25519_sig })
    using knowing = await arrive(relay, { caps: ['x_sig'] })
    using original = await arrive(relay)
    const channel_id = await gather(client, knowing, original)
    const expected = { ed25519: person.name, x25519: x25519_pub, role: 'owner' }
    expect(await keysIn(original, channel_id)).toContainEqual(expected)
    expect(await keysIn(knowing, channel_id)).toContainEqual({ ...expected, x25519_sig })
  })
})

describe('Before the login', () => {
  const channel_id = draw()
  const key = draw()
  const guarded: readonly Message[] = [
    { type: 'message', recipient: key, payload: '01' },
    { type: 'channel_message', channel_id, payload: '01', bucket_size: 0 },
    { type: 'get_history', channel_id },
    { type: 'create_channel', channel_id, encrypted_metadata: '00' },
    { type: 'join_channel', channel_id },
    { type: 'leave_channel', channel_id },
    {
      type: 'sender_key_distribution',
      channel_id,
      sender_x25519_pub: key,
      distributions: [{ recipient: key, encrypted_dist: '01' }],
    },
    { type: 'get_members', channel_id },
    {
      type: 'publish_prekeys',
      identity_x25519_pub: key,
      signed_prekey: key,
      signed_prekey_sig: draw(64),
    },
    { type: 'get_prekey_bundle', target_pubkey: key },
    { type: 'get_prekey_count' },
    { type: 'voice_signal', recipient: key, signal_type: 'offer', payload: '01' },
    { type: 'join_voice', channel_id },
    { type: 'leave_voice', channel_id },
    { type: 'voice_data', channel_id, audio: '01', seq: 1 },
    { type: 'screen_data', channel_id, chunk: '01', seq: 1 },
    { type: 'get_ice_config' },
    { type: 'set_channel_access', channel_id, access_mode: 'private' },
    { type: 'create_invite', channel_id },
    { type: 'set_role', channel_id, target_pubkey: key, role: 'moderator' },
    { type: 'ban_user', channel_id, target_pubkey: key },
    { type: 'unban_user', channel_id, target_pubkey: key },
    { type: 'get_bans', channel_id },
    { type: 'ack', ids: [draw(16)] },
    { type: 'publish_keys', bundle: '01', one_time: [], kem_one_time: [] },
    { type: 'get_key_bundle', target_pubkey: key },
    { type: 'get_key_counts' },
    { type: 'publish_devices', record: '01' },
    { type: 'get_devices', target_pubkey: key },
    { type: 'watch', tokens: [key] },
    { type: 'unwatch', tokens: [key] },
    { type: 'append_record', channel_id, record: '01' },
    { type: 'get_records', channel_id },
    { type: 'get_access_token' },
  ]

  test.each(guarded)('mobium 12: $type is refused, and a ping is answered', async (message) => {
    using client = await connect()
    expect(await client.ask(message)).toEqual(requestFailed)
    expect(await client.ask({ type: 'ping' })).toEqual({ type: 'pong' })
  })

  test('mobium 12: nothing of it has happened', async () => {
    using client = await connect()
    for (const message of guarded) await client.ask(message)
    // Refused on purpose, each of them.
    expect(await relay.metric('sotto_requests_failed_total')).toBe(0)
    using owner = await arrive(relay)
    expect(
      await owner.ask({ type: 'create_channel', channel_id, encrypted_metadata: '00' }),
    ).toEqual({ type: 'channel_created', channel_id })
  })
})

/**
 * @module What is read of a frame, and what becomes of one that cannot be read (mobium reference §1.1, behaviours 13–19).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encode } from '@msgpack/msgpack'
import { randomBytes } from 'node:crypto'
import {
  arrive,
  gather,
  requestFailed,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { bytesAs, MobiumClient, type Form } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, text, unhex } from '#door/mobium/contract/person-for-tests.ts'
import { Opcode } from '#door/obscura/contract/raw-socket-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

const ping = encode({ type: 'ping' })

describe('What is no message', () => {
  test('mobium 13: a text frame is answered with nothing, and the socket stays', async () => {
    using client = await arrive(relay)
    for (const words of ['', 'ping', '{"type":"ping"}', Buffer.from(ping).toString('latin1')]) {
      client.socket.send(Opcode.text, Buffer.from(words))
    }
    await client.expectNothing()
    using stranger = await MobiumClient.connect({ port: relay.port })
    stranger.socket.send(Opcode.text, Buffer.from('{"type":"ping"}'))
    await stranger.expectNothing()
  })

  const broken: readonly (readonly [string, Uint8Array])[] = [
    ['an empty frame', new Uint8Array()],
    ['a byte that MessagePack does not know', Uint8Array.of(0xc1)],
    ['an empty map', encode({})],
    ['nil', encode(null)],
    ['a number', encode(7)],
    ['a text', encode('ping')],
    ['a list', encode(['type', 'ping'])],
    ['bytes', encode(Uint8Array.of(1, 2, 3))],
    ['a map without a type', encode({ kind: 'ping' })],
    ['a type that is a number', encode({ type: 7 })],
    ['a type that is nil', encode({ type: null })],
    ['a type that is bytes', encode({ type: Buffer.from('ping') })],
    ['a map that is said to be huge', Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff, 0xa4)],
    ['a text that is said to be huge', Uint8Array.of(0xdb, 0xff, 0xff, 0xff, 0xff, 0x61)],
    ['bytes that are said to be huge', Uint8Array.of(0xc6, 0xff, 0xff, 0xff, 0xff, 0x61)],
    ['a list that is said to be huge', Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff, 0x61)],
    ['lists in lists, ten thousand deep', new Uint8Array(10_000).fill(0x91)],
    ['maps in maps, ten thousand deep', new Uint8Array(20_000).fill(0x81)],
  ]

  test.each(broken)('mobium 14: %s is an error, and the socket stays', async (_, frame) => {
    using client = await arrive(relay)
    client.raw(frame)
    expect(await client.next()).toEqual(requestFailed)
    await client.expectNothing()
  })

  test('mobium 14: each beginning of a message is an error, and nothing happens', async () => {
    using client = await arrive(relay)
    using friend = await arrive(relay)
    const whole = encode({
      type: 'message',
      recipient: [...friend.person.key],
      payload: [1, 2, 200],
    })
    for (let length = 0; length < whole.length; length++) client.raw(whole.subarray(0, length))
    const answers = await client.sofar()
    expect(answers).toEqual(Array.from(whole, () => requestFailed))
    await friend.expectNothing()
  })

  test('mobium 14: random bytes are errors, one answer each, and the socket stays', async () => {
    using client = await arrive(relay)
    for (let i = 0; i < 500; i++) client.raw(randomBytes(1 + (i % 64)))
    expect(await client.sofar()).toEqual(Array.from({ length: 500 }, () => requestFailed))
  })

  test('mobium 14: a message with any one byte changed is answered, and the socket stays', async () => {
    using client = await arrive(relay)
    const channel_id = draw(8)
    const whole = encode({ type: 'get_history', channel_id: [...unhex(channel_id)], limit: 5 })
    for (let place = 0; place < whole.length; place++) {
      for (const change of [0x01, 0x80, 0xff]) {
        client.raw(whole.map((byte, i) => (i === place ? byte ^ change : byte)))
      }
    }
    const answers = await client.sofar()
    expect(answers).toHaveLength(3 * whole.length)
    expect(answers.filter(({ type }) => !['error', 'history_response'].includes(type))).toEqual([])
  })

  test.each(['teleport', 'auth_success', 'pong', 'Ping', 'ping ', '', 'пинг', '🕊', '__proto__'])(
    'mobium 15: the unknown type “%s” is an error',
    async (type) => {
      using client = await arrive(relay)
      expect(await client.ask({ type })).toEqual(requestFailed)
      await client.expectNothing()
    },
  )

  test('clients of ours are told what is wrong, and nothing else of what they sent', async () => {
    using client = await arrive(relay, { caps: ['ack'] })
    const error = { type: 'error', code: 400, code_str: 'malformed' }
    expect(await client.ask({ type: 'teleport' })).toEqual({
      ...error,
      message: 'Unknown message type: teleport',
    })
    expect(await client.ask({ type: 'message', payload: '01' })).toEqual({
      ...error,
      message: 'Missing recipient',
    })
  })
})

describe('What is more than a message', () => {
  test('mobium 16: what stands behind the map is not looked at', async () => {
    using client = await arrive(relay)
    for (const rest of [Uint8Array.of(0), Uint8Array.of(0xc1), encode({ type: 'teleport' })]) {
      client.raw(Buffer.concat([ping, rest]))
      expect(await client.next()).toEqual({ type: 'pong' })
    }
    await client.expectNothing()
  })

  test('mobium 19: unknown fields are not looked at, and not handed on', async () => {
    using client = await arrive(relay)
    using friend = await arrive(relay)
    const unknown = { timestamp: 5, nested: { deep: [1, [2, { three: null }]] }, ratio: 0.5 }
    const sent = { type: 'message', recipient: friend.name, payload: '01' }
    expect(await client.ask({ ...unknown, ...sent, offline: true })).toEqual({
      type: 'ack',
      recipient: friend.name,
    })
    expect(await friend.next()).toEqual({ type: 'message', sender: client.name, payload: '01' })
    expect(await client.ask({ type: 'ping', ...unknown })).toEqual({ type: 'pong' })
  })

  test('mobium 19: nor are entries whose key is no text', async () => {
    using client = await arrive(relay)
    // { 7: 8, "type": "ping" }
    client.raw(Buffer.concat([Uint8Array.of(0x82, 7, 8), ping.subarray(1)]))
    expect(await client.next()).toEqual({ type: 'pong' })
  })
})

describe('Bytes', () => {
  const forms: readonly Form[] = ['array', 'hex', 'bin']

  test.each(forms)('mobium 17: a recipient and a payload as %s are the same', async (form) => {
    using client = await arrive(relay)
    using friend = await arrive(relay)
    client.sendExactly({
      type: 'message',
      recipient: bytesAs(form, friend.name),
      payload: bytesAs(form, text('the same')),
    })
    expect(await client.next('ack')).toEqual({ type: 'ack', recipient: friend.name })
    expect(await friend.next()).toEqual({
      type: 'message',
      sender: client.name,
      payload: text('the same'),
    })
  })

  test('mobium 17: forms may be mixed, and hex may be in capitals', async () => {
    using client = await arrive(relay)
    using friend = await arrive(relay)
    client.sendExactly({
      type: 'message',
      recipient: friend.name.toUpperCase(),
      payload: Uint8Array.of(1, 2),
    })
    expect(await client.next()).toEqual({ type: 'ack', recipient: friend.name })
    expect((await friend.next('message'))['payload']).toBe('0102')
  })

  test('mobium 17: each is answered in the form of its own login, wherever it came from', async () => {
    using bin = await arrive(relay, { form: 'bin' })
    using array = await arrive(relay, { form: 'array' })
    using hex = await arrive(relay, { form: 'hex' })
    using announced = await arrive(relay, { form: 'array', caps: ['bin'] })
    const all = [bin, array, hex, announced]
    const channel_id = await gather(...all)
    for (const client of all) {
      client.send({ type: 'channel_message', channel_id, payload: '80ff', bucket_size: 0 })
      await client.next('ack')
      for (const other of all) {
        // A client throws when bytes come in a form that it does not read.
        if (other !== client) expect((await other.next('channel_message'))['payload']).toBe('80ff')
      }
    }
  })

  const wrong: readonly (readonly [string, unknown])[] = [
    ['256', [1, 256, 3]],
    ['a negative number', [1, -1, 3]],
    ['a fraction', [1, 0.5, 3]],
    ['a text', [1, '2', 3]],
    ['nil', [1, null, 3]],
    ['a list', [1, [2], 3]],
    ['65536', [65_536]],
  ]

  test.each(wrong)(
    'mobium 18: a list with %s is an error, and nothing is sent',
    async (_, payload) => {
      using client = await arrive(relay)
      using friend = await arrive(relay)
      client.sendExactly({ type: 'message', recipient: friend.name, payload })
      expect(await client.next()).toEqual(requestFailed)
      await friend.expectNothing()
    },
  )

  test.each(['abc', 'zz', '0x01', ' 01', '０１'])(
    'mobium 18: “%s” is no hex, and an error',
    async (payload) => {
      using client = await arrive(relay)
      using friend = await arrive(relay)
      client.sendExactly({ type: 'message', recipient: friend.name, payload })
      expect(await client.next()).toEqual(requestFailed)
      await friend.expectNothing()
    },
  )

  test('numbers that take more bytes than they need are read all the same', async () => {
    using client = await arrive(relay)
    using friend = await arrive(relay)
    const recipient = encode([...friend.person.key])
    // [7 as uint16, 200 as uint32, 9 as int64]
    const payload = [0x93, 0xcd, 0, 7, 0xce, 0, 0, 0, 200, 0xd3, 0, 0, 0, 0, 0, 0, 0, 9]
    client.raw(
      Buffer.concat([
        Uint8Array.of(0x83),
        encode('type'),
        encode('message'),
        encode('recipient'),
        recipient,
        encode('payload'),
        Uint8Array.from(payload),
      ]),
    )
    await client.next('ack')
    expect((await friend.next('message'))['payload']).toBe('07c809')
  })
})

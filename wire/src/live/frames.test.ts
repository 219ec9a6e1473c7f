import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDown, readUp, writeDown, writeUp } from '#live/codec.ts'
import type { DownMessage } from '#live/down.ts'
import type { UpMessage } from '#live/up.ts'
import { fromHex } from '#messagepack/values-for-tests.ts'

function key(first: number): Uint8Array {
  return new Uint8Array(32).fill(first)
}

/** As a client writes it that knows nothing of ours: by the library. */
function frame(map: unknown): Uint8Array {
  return encode(map)
}

function why(map: unknown): string | undefined {
  const reading = readUp(frame(map))
  return reading.kind === 'malformed' ? reading.why : undefined
}

/** Of a message that is taken. */
function up(map: unknown): UpMessage | undefined {
  const reading = readUp(frame(map))
  return reading.kind === 'message' ? reading.message : undefined
}

describe('frames as other implementations write them', () => {
  const vectors: readonly (readonly [message: DownMessage, hex: string])[] = [
    [{ type: 'pong' }, '81a474797065a4706f6e67'],
    [
      { type: 'error', code: 400, message: 'Request failed' },
      '83a4636f6465cd0190a76d657373616765ae52657175657374206661696c6564a474797065a56572726f72',
    ],
    [
      { type: 'auth_success', offline_count: 0 },
      '82ad6f66666c696e655f636f756e7400a474797065ac617574685f73756363657373',
    ],
    [
      { type: 'auth_challenge', nonce: Uint8Array.from({ length: 32 }, (_, i) => 0x70 + i) },
      '82a56e6f6e6365dc0020707172737475767778797a7b7c7d7e7fcc80cc81cc82cc83cc84cc85cc86cc87cc88cc89cc8acc8bcc8ccc8dcc8ecc8fa474797065ae617574685f6368616c6c656e6765',
    ],
  ]
  test.each(vectors)('are written byte for byte: $type', (message, hex) => {
    expect(new Uint8Array(writeDown(message, 'array'))).toEqual(fromHex(hex))
    expect(readDown(fromHex(hex))).toMatchObject({ kind: 'message', message })
  })

  test('mobium 14: what is no message is malformed, and says in what', () => {
    for (const hex of ['', 'c1', '81', '81a474797065', 'dfffffffff', '9191919191919191919191c0']) {
      expect(readUp(fromHex(hex))).toEqual({
        kind: 'malformed',
        why: hex.startsWith('91') ? 'Missing message type' : 'Malformed message',
      })
    }
    for (const other of [{}, [], 1, 'ping', null, true, [{ type: 'ping' }], { typ: 'ping' }]) {
      expect(why(other)).toBe('Missing message type')
    }
    for (const type of [1, null, true, ['ping'], { type: 'ping' }, new Uint8Array([0x70])]) {
      expect(why({ type })).toBe('Missing message type')
    }
    // "ping" with a byte that is not UTF-8.
    expect(readUp(fromHex('81a474797065a470696eff'))).toMatchObject({ why: 'Missing message type' })
  })

  test('mobium 15: an unknown type is named, as far as it can be shown', () => {
    expect(why({ type: 'pong' })).toBe('Unknown message type: pong')
    expect(why({ type: 'Ping' })).toBe('Unknown message type: Ping')
    expect(why({ type: '' })).toBe('Unknown message type: ')
    expect(why({ type: 'Grüße 👋' })).toBe('Unknown message type: Grüße 👋')
    expect(why({ type: 'a\n\u001b[2J\u2028\u202Eb\u0000' })).toBe(
      'Unknown message type: a??[2J??b?',
    )
    expect(why({ type: 'x'.repeat(100_000) })).toBe(`Unknown message type: ${'x'.repeat(64)}`)
    expect(why({ type: '👋'.repeat(100) })).toBe(`Unknown message type: ${'👋'.repeat(64)}`)
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'no type is one by heritage: %s',
    (type) => {
      expect(why({ type })).toBe(`Unknown message type: ${type}`)
      expect(readDown(frame({ type })).kind).toBe('malformed')
    },
  )

  test('mobium 16: what stands behind the map is not looked at', () => {
    const ping = frame({ type: 'ping' })
    for (const rest of [[0xc1], [0x81], [...frame({ type: 'leave_voice' })]]) {
      expect(readUp(Uint8Array.from([...ping, ...rest]))).toEqual({
        kind: 'message',
        message: { type: 'ping' },
        form: undefined,
      })
    }
  })

  test('mobium 17: a recipient as integers, as hex in either case and as bin is the same', () => {
    const recipient = Uint8Array.from({ length: 32 }, (_, i) => 8 * i + 3)
    const hex = Buffer.from(recipient).toString('hex')
    const payload = new Uint8Array([0, 127, 128, 255])
    for (const [form, written] of [
      ['bin', recipient],
      ['array', [...recipient]],
      ['hex', hex],
      ['hex', hex.toUpperCase()],
    ] as const) {
      expect(readUp(frame({ type: 'message', payload, recipient: written }))).toEqual({
        kind: 'message',
        message: { type: 'message', recipient, payload },
        form,
      })
    }
  })

  test.each([
    ['256', [1, 256]],
    ['-1', [1, -1]],
    ['1.5', [1.5]],
    ['a text', [1, '2']],
    ['nil', [null]],
    ['an array', [[1]]],
  ])('mobium 18: an element that is no byte makes a field malformed: %s', (_, recipient) => {
    expect(why({ type: 'message', recipient, payload: [] })).toBe('Missing recipient')
  })

  test.each(['abc', 'zz', '0x', 'a ', 'ä', '-1', '0g', 'g0', '\u0661\u0661'])(
    'a text that is no hex is no bytes: %s',
    (recipient) => {
      expect(why({ type: 'message', recipient, payload: [] })).toBe('Missing recipient')
    },
  )

  test('mobium 19: unknown fields change nothing, whatever they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), (others) => {
        const { type: _t, channel_id: _c, ...unknown } = others
        expect(up({ ...unknown, type: 'join_voice', channel_id: [7] })).toEqual({
          type: 'join_voice',
          channel_id: new Uint8Array([7]),
        })
      }),
    )
  })

  test('entries whose key is no text are read over', () => {
    const entries = 'a474797065a470696e67'
    expect(readUp(fromHex(`85 01c0 c0c0 9101c3 c40161c0 ${entries}`))).toMatchObject({
      message: { type: 'ping' },
    })
  })

  test('an entry named __proto__ is an unknown field', () => {
    const proto = 'a95f5f70726f746f5f5f'
    const bytes = fromHex(`82 ${proto} 81a474797065a470696e67 a474797065a470696e67`)
    const reading = readUp(bytes)
    expect(reading).toEqual({ kind: 'message', message: { type: 'ping' }, form: undefined })
    expect(readUp(fromHex(`81 ${proto} 81a474797065a470696e67`)).kind).toBe('malformed')
    expect(({} as Readonly<Record<string, unknown>>)['type']).toBeUndefined()
  })

  test('of several entries with one name the last counts', () => {
    expect(readUp(fromHex('82 a474797065a4706f6e67 a474797065a470696e67'))).toMatchObject({
      message: { type: 'ping' },
    })
    const channel = (byte: string): string =>
      `aa${Buffer.from('channel_id').toString('hex')}91${byte}`
    const type = `a474797065aa${Buffer.from('join_voice').toString('hex')}`
    expect(readUp(fromHex(`83 ${channel('01')} ${type} ${channel('02')}`))).toMatchObject({
      message: { channel_id: new Uint8Array([2]) },
    })
  })

  test('a message nests eight deep and no deeper', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
    expect(up({ type: 'ping', x: nested(7) })).toEqual({ type: 'ping' })
    expect(why({ type: 'ping', x: nested(8) })).toBe('Malformed message')
    expect(why({ x: nested(8), type: 'ping' })).toBe('Malformed message')
  })

  test('a message has 256 entries and no more, as its maps have', () => {
    const entries = (count: number): object =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`x${i}`, i]))
    expect(up({ ...entries(255), type: 'ping' })).toEqual({ type: 'ping' })
    expect(why({ ...entries(256), type: 'ping' })).toBe('Malformed message')
  })

  test('integers may come as floats and in longer forms', () => {
    const channel_id = [1]
    expect(up({ type: 'get_history', channel_id, limit: 5.0, after_timestamp: -1 })).toMatchObject({
      limit: 5,
      after_timestamp: -1,
    })
    // 1_700_000_000 as a float of eight bytes, and 7 as an unsigned integer of eight.
    const head = fromHex('84 a474797065ab6765745f686973746f7279 aa6368616e6e656c5f69649101')
    const rest = fromHex(
      'a56c696d6974cf0000000000000007 af61667465725f74696d657374616d70cb41d954fc40000000',
    )
    expect(readUp(Uint8Array.from([...head, ...rest]))).toMatchObject({
      message: { limit: 7, after_timestamp: 1_700_000_000 },
    })
  })

  test('the form of a message is that of its first bytes by the schema', () => {
    const bin = new Uint8Array(64)
    const form = (map: unknown): unknown => {
      const reading = readUp(frame(map))
      return reading.kind === 'message' ? reading.form : reading.why
    }
    expect(form({ signature: bin, type: 'auth', pubkey: [...key(1)] })).toBe('array')
    expect(form({ signature: [...bin], type: 'auth', pubkey: key(1) })).toBe('bin')
    expect(form({ type: 'publish_keys', bundle: '00', one_time: [bin], kem_one_time: [] })).toBe(
      'hex',
    )
    expect(form({ type: 'watch', tokens: [[...key(1)], key(2)] })).toBe('array')
    expect(form({ type: 'watch', tokens: [] })).toBeUndefined()
  })

  test('what is written into a frame later does not change ids that were read from it', () => {
    const bytes = writeUp({ type: 'get_devices', target_pubkey: key(5) }, 'bin')
    const reading = readUp(bytes)
    bytes.fill(0)
    expect(reading).toMatchObject({ message: { target_pubkey: key(5) } })
  })

  test("bytes are plain ones, also from a frame that is a runtime's own kind", () => {
    const payload = new Uint8Array(5000).fill(9)
    const reading = readUp(
      Buffer.from(writeUp({ type: 'message', recipient: key(1), payload }, 'bin')),
    )
    expect(reading).toEqual({
      kind: 'message',
      message: { type: 'message', recipient: key(1), payload },
      form: 'bin',
    })
  })
})

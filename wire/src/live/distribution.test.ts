import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readUp, writeUp } from '#live/codec.ts'
import { readDistribution, writeDistribution, type Distribution } from '#live/distribution.ts'
import type { RawValue } from '#live/kinds.ts'
import { anyMessagePack } from '#messagepack/values-for-tests.ts'

const anyDistribution: fc.Arbitrary<Distribution> = fc.record({
  recipient: fc.uint8Array({ minLength: 1, maxLength: 64 }),
  encrypted_dist: fc.uint8Array({ maxLength: 500 }),
})

function entry(map: unknown): RawValue {
  return encode(map) as RawValue
}

describe('an entry of a distribution', () => {
  test('comes back as it was written, also inside of its message', () => {
    fc.assert(
      fc.property(
        fc.array(anyDistribution, { maxLength: 5 }),
        fc.constantFrom('array', 'bin'),
        (all, form) => {
          const frame = writeUp(
            {
              type: 'sender_key_distribution',
              channel_id: new Uint8Array([1]),
              sender_x25519_pub: new Uint8Array(32),
              distributions: all.map((each) => writeDistribution(each, form)),
            },
            form,
          )
          const reading = readUp(frame)
          if (reading.kind !== 'message') throw new Error(reading.why)
          if (reading.message.type !== 'sender_key_distribution') throw new Error('another type')
          expect(reading.message.distributions.map(readDistribution)).toEqual(
            all.map((distribution) => ({ kind: 'distribution', distribution })),
          )
        },
      ),
    )
  })

  test('is written as others write it', () => {
    const distribution = { recipient: new Uint8Array([1, 200]), encrypted_dist: new Uint8Array(1) }
    expect(decode(writeDistribution(distribution, 'array'))).toEqual({
      recipient: [1, 200],
      encrypted_dist: [0],
    })
    expect(decode(writeDistribution(distribution, 'bin'))).toEqual(distribution)
  })

  test.each([
    [{}, 'Missing recipient in distribution'],
    [7, 'Missing recipient in distribution'],
    [null, 'Missing recipient in distribution'],
    [[], 'Missing recipient in distribution'],
    [{ recipient: 5, encrypted_dist: [] }, 'Missing recipient in distribution'],
    [{ recipient: [256], encrypted_dist: [] }, 'Missing recipient in distribution'],
    [{ recipient: [1] }, 'Missing encrypted_dist in distribution'],
    [{ recipient: [1], encrypted_dist: 'xyz' }, 'Missing encrypted_dist in distribution'],
    [{ recipient: [], encrypted_dist: [] }, 'Invalid recipient'],
    [{ recipient: [1], encrypted_dist: new Uint8Array(16_385) }, 'Invalid encrypted_dist'],
  ])('mobium 60: a malformed one says what is wrong: %j', (map, why) => {
    expect(readDistribution(entry(map))).toEqual({ kind: 'malformed', why })
  })

  test('mobium 60: a malformed one leaves those before it readable', () => {
    const good = { recipient: [1], encrypted_dist: [2] }
    const reading = readUp(
      encode({
        type: 'sender_key_distribution',
        channel_id: [1],
        sender_x25519_pub: [],
        distributions: [good, { recipient: 'no' }, good],
      }),
    )
    if (reading.kind !== 'message') throw new Error(reading.why)
    if (reading.message.type !== 'sender_key_distribution') throw new Error('another type')
    expect(reading.message.distributions.map((each) => readDistribution(each).kind)).toEqual([
      'distribution',
      'malformed',
      'distribution',
    ])
  })

  test('is answered whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(anyMessagePack, fc.uint8Array({ maxLength: 100 })), (bytes) => {
        expect(readDistribution(bytes as RawValue).kind).toMatch(/^(?:distribution|malformed)$/)
      }),
      { numRuns: 2000 },
    )
  })

  test('that is not one whole value is not written', () => {
    for (const bytes of [new Uint8Array(), new Uint8Array([1, 1]), new Uint8Array([0x91])]) {
      const write = (): unknown =>
        writeUp(
          {
            type: 'sender_key_distribution',
            channel_id: new Uint8Array([1]),
            sender_x25519_pub: new Uint8Array(),
            distributions: [bytes as RawValue],
          },
          'bin',
        )
      expect(write).toThrow(TypeError)
    }
  })
})

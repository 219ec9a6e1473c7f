import { encodeRequest } from '@sotto/veil/bhttp/encode'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SottoError } from '#errors.ts'
import { writeJson } from '#relay/json.ts'
import { maxCarriedBytes, paddedBytes, sealBytes } from '#relay/oblivious/request-sizes.ts'
import {
  countInOneRequest,
  manyRequest,
  maxManyPayloads,
  outcomeOfMany,
} from '#relay/oblivious/send-many.ts'

const address = new Uint8Array(32).fill(0xff)
const of = (...lengths: readonly number[]) => lengths.map((length) => new Uint8Array(length))
const bytesOf = (payloads: readonly Uint8Array[]): number =>
  writeJson(manyRequest(address, payloads)).length

describe('one request', () => {
  test.each([
    ['nothing', of(), 0],
    ['one', of(512), 1],
    ['one that is too large', of(1_000_000), 1],
    ['one that is too large, and more', of(1_000_000, 512), 1],
    ['one in front of one that is too large', of(512, 65_536, 512), 1],
    ['two in front of one that is too large', of(512, 512, 65_536), 2],
    ['the smallest bucket', of(...Array(100).fill(512)), 64],
    ['the next one', of(...Array(100).fill(1024)), 44],
    ['first messages', of(...Array(100).fill(4096)), 11],
    ['larger ones', of(...Array(100).fill(16_384)), 2],
    ['empty ones', of(...Array(100).fill(0)), maxManyPayloads],
  ])('holds of %s as many as fit', (_, payloads, count) => {
    expect(countInOneRequest(payloads)).toBe(count)
  })

  test('passes every forwarder, and would not with one more', () => {
    const buckets = fc.array(fc.oneof(fc.constantFrom(512, 1024, 4096, 16_384), fc.nat(50_000)), {
      minLength: 2,
      maxLength: 100,
    })
    fc.assert(
      fc.property(buckets, (lengths) => {
        const payloads = of(...lengths)
        const count = countInOneRequest(payloads)
        const isOne = count === 1
        if (!isOne) expect(bytesOf(payloads.slice(0, count))).toBeLessThanOrEqual(maxCarriedBytes)
        const isAll = count === Math.min(payloads.length, maxManyPayloads)
        // But for the comma that the last one does not have.
        if (!isAll) {
          const withNext = bytesOf(payloads.slice(0, count + 1))
          expect(withNext).toBeGreaterThanOrEqual(maxCarriedBytes)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('passes them with all that stands around it, for the longest name that a relay can have', () => {
    const message = encodeRequest({
      method: 'POST',
      scheme: 'https',
      authority: `${'a'.repeat(253)}:65535`,
      path: '/v2/send_many',
      headers: [
        { name: 'content-type', value: 'application/json' },
        { name: 'date', value: 'Thu, 01 Jan 2026 10:00:00 GMT' },
      ],
      content: new Uint8Array(maxCarriedBytes),
      trailers: [],
    })
    expect(paddedBytes(message.length)).toBe(65_536 - sealBytes)
  })
})

describe('an answer', () => {
  test.each([
    [{ accepted: 3 }, { kind: 'all', accepted: 3 }],
    [
      { accepted: 3, full: true, retry_after: 9 },
      { kind: 'all', accepted: 3 },
    ],
    [
      { accepted: 2, full: true },
      { kind: 'mailbox-full', accepted: 2 },
    ],
    [
      { accepted: 1, retry_after: 7 },
      { kind: 'rate', accepted: 1, retryAfterMillis: 7000 },
    ],
    [
      { accepted: 1, full: 'yes', retry_after: 7 },
      { kind: 'rate', accepted: 1, retryAfterMillis: 7000 },
    ],
    [{ accepted: 1 }, { kind: 'rate', accepted: 1, retryAfterMillis: 10_000 }],
    [
      { accepted: 1, retry_after: '7' },
      { kind: 'rate', accepted: 1, retryAfterMillis: 10_000 },
    ],
    [
      { accepted: 1, retry_after: -7 },
      { kind: 'rate', accepted: 1, retryAfterMillis: 0 },
    ],
    [
      { accepted: 1, retry_after: Number.MAX_SAFE_INTEGER },
      { kind: 'rate', accepted: 1, retryAfterMillis: 3_600_000 },
    ],
  ])('of %o to three is %o', (said, outcome) => {
    expect(outcomeOfMany(said, 3)).toEqual(outcome)
  })

  test.each([
    {},
    { accepted: 0 },
    { accepted: 4 },
    { accepted: -1 },
    { accepted: 1.5 },
    { accepted: '3' },
  ])('of %o to three is none', (said) => {
    expect(() => outcomeOfMany(said, 3)).toThrow(SottoError)
  })
})

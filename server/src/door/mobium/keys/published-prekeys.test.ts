import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPublishedPrekeys, writePublishedPrekeys } from '#door/mobium/keys/published-prekeys.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
const prekeys = fc.record({
  identityKey: bytes(64),
  signedPrekey: bytes(64),
  signature: bytes(128),
  bindingSignature: fc.option(bytes(64), { nil: undefined }),
  capabilities: fc.option(fc.array(fc.string({ maxLength: 32 }), { minLength: 1, maxLength: 32 }), {
    nil: undefined,
  }),
})

const example = writePublishedPrekeys({
  identityKey: Uint8Array.of(1, 2),
  signedPrekey: Uint8Array.of(3),
  signature: Uint8Array.of(),
  bindingSignature: Uint8Array.of(4),
  capabilities: ['keys', 'ack'],
})

describe('Published prekeys', () => {
  test('what is written is read', () => {
    fc.assert(
      fc.property(prekeys, (given) => {
        expect(readPublishedPrekeys(writePublishedPrekeys(given))).toEqual(given)
      }),
    )
  })

  test('the bytes are those of the table', () => {
    expect(Buffer.from(example).toString('hex')).toBe(
      '0a020102120103' + '1a00' + '220104' + '2a046b657973' + '2a0361636b',
    )
  })

  test('a field of a later version is overlooked', () => {
    const later = Uint8Array.from([...example, 0x32, 1, 9])
    expect(readPublishedPrekeys(later)).toEqual(readPublishedPrekeys(example))
  })

  test('a part that was cut off, damaged or is something else is none, and never fails', () => {
    const isWhole = (part: Uint8Array): boolean => readPublishedPrekeys(part) !== undefined
    const cuts = Array.from(example, (_, length) => isWhole(example.subarray(0, length)))
    // The first three fields suffice: behind the third, the fourth and the fifth one is whole again.
    expect(cuts.flatMap((whole, length) => (whole ? [length] : []))).toEqual([9, 12, 18])
    for (let at = 0; at < example.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const damaged = Uint8Array.from(example)
        damaged[at] = (damaged[at] ?? 0) ^ (1 << bit)
        expect(() => readPublishedPrekeys(damaged)).not.toThrow()
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (any) => void readPublishedPrekeys(any)),
    )
  })
})

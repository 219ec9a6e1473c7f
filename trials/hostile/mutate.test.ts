import { decode, encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createChance } from '#crash/random.ts'
import { validMessage } from '#hostile/letters.ts'
import { hostileFrame } from '#hostile/mutate.ts'
import { isWholeValue } from '#hostile/whole-value.ts'

const scene = {
  people: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)],
  channels: [new Uint8Array(32).fill(3)],
}

describe('hostile frames', () => {
  test('are of every kind: whole ones and broken ones, with a type and without', () => {
    const chance = createChance(5)
    const tally = { whole: 0, broken: 0 }
    const types = new Set<string>()
    for (let i = 0; i < 4000; i++) {
      const message = validMessage(scene, chance)
      types.add(message.type)
      const form = chance.pick(['bin', 'array'] as const)
      const frame = hostileFrame(message, validMessage(scene, chance), form, chance)
      tally[isWholeValue(frame) ? 'whole' : 'broken']++
    }
    expect(types.size).toBe(36)
    expect(tally.whole).toBeGreaterThan(1000)
    expect(tally.broken).toBeGreaterThan(1000)
  })
})

describe('a whole value', () => {
  test('is whatever a library has encoded', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4 }), (value) => {
        let encoded: Uint8Array
        try {
          encoded = encode(value)
        } catch {
          // Functions, symbols and large integers are nothing that MessagePack knows.
          return
        }
        expect(isWholeValue(encoded)).toBe(true)
        for (let end = 0; end < encoded.length; end++) {
          expect(isWholeValue(encoded.subarray(0, end))).toBe(false)
        }
        expect(isWholeValue(Uint8Array.from([...encoded, 0xc0]))).toBe(false)
      }),
    )
  })

  test('is nothing that the library refuses as cut off', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        if (!isWholeValue(bytes)) return
        try {
          decode(bytes)
        } catch (error) {
          // It refuses some keys, and nothing else that is whole.
          expect(String(error)).toMatch(/key/)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

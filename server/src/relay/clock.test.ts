import { describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { pooledRandomness } from '#relay/clock.ts'

describe('Pooled randomness', () => {
  test('what was given out stays what it was, and nothing is given twice', () => {
    // Buffers, as Node's generator makes them: their `slice` is no copy.
    const randomness = pooledRandomness(randomBytes)
    const given = Array.from({ length: 2000 }, () => randomness.bytes(16))
    const texts = given.map((bytes) => Buffer.from(bytes).toString('hex'))
    expect(new Set(texts).size).toBe(2000)
    expect(texts).not.toContain('0'.repeat(32))
  })

  test('gives exactly the generator’s bytes, in order, across the end of a pool', () => {
    let counter = 0
    const generate = (length: number) => {
      const bytes = Uint8Array.from({ length }, () => counter++ % 251)
      return bytes
    }
    const randomness = pooledRandomness(generate)
    const lengths = [1, 16, 32, 4000, 16, 4096, 5000, 3, 0]
    for (const length of lengths) expect(randomness.bytes(length)).toHaveLength(length)

    counter = 0
    const first = pooledRandomness(generate)
    expect([...first.bytes(3), ...first.bytes(2)]).toEqual([0, 1, 2, 3, 4])
  })

  test('keeps nothing of what it gave out', () => {
    let pool = new Uint8Array()
    const randomness = pooledRandomness((length) => (pool = new Uint8Array(length).fill(7)))
    expect(randomness.bytes(16)).toEqual(new Uint8Array(16).fill(7))
    expect(pool.subarray(0, 16)).toEqual(new Uint8Array(16))
    expect(pool[16]).toBe(7)
  })
})

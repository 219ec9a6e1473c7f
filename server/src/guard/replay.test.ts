import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyedHash } from '#guard/keyed-hash.ts'
import { createReplayGuard } from '#guard/replay.ts'

const hash = createKeyedHash(new Uint8Array(8))
const guard = (windowMillis: number, maxEntries: number) =>
  createReplayGuard({ windowMillis, maxEntries, hash })

describe('replay guard', () => {
  test('a key is fresh once', () => {
    const seen = guard(1000, 100)
    expect(['a', 'a', 'b', 'a'].map((key) => seen.check(key, 5))).toEqual([
      'fresh',
      'seen',
      'fresh',
      'seen',
    ])
  })

  test('a key is remembered for a window at least and forgotten after two', () => {
    const key = fc.integer({ min: 0, max: 5 })
    const wait = fc.integer({ min: 0, max: 1500 })
    fc.assert(
      fc.property(fc.array(fc.tuple(key, wait), { maxLength: 50 }), (steps) => {
        const seen = guard(1000, 1000)
        const takenAt = new Map<number, number>()
        let now = 0
        for (const [name, millis] of steps) {
          now += millis
          const age = now - (takenAt.get(name) ?? Number.NEGATIVE_INFINITY)
          const outcome = seen.check(String(name), now)
          if (age < 1000 && outcome === 'fresh') throw new Error(`forgotten after ${age} ms`)
          if (age >= 2000 && outcome === 'seen') throw new Error(`remembered for ${age} ms`)
          if (outcome === 'fresh') takenAt.set(name, now)
        }
      }),
    )
  })

  test('the newest half of what it holds is remembered, however much comes', () => {
    const seen = guard(1000, 100)
    for (let i = 0; i < 10_000; i++) expect(seen.check(`key ${i}`, 0)).toBe('fresh')
    for (let i = 9_950; i < 10_000; i++) expect(seen.check(`key ${i}`, 0)).toBe('seen')
    // The oldest went to make room: it passes again.
    expect(seen.check('key 0', 0)).toBe('fresh')
  })

  test('replays do not push out what is remembered', () => {
    const seen = guard(1000, 10)
    seen.check('a', 0)
    for (let i = 0; i < 1000; i++) expect(seen.check('a', 0)).toBe('seen')
    expect(seen.check('b', 0)).toBe('fresh')
    expect(seen.check('a', 0)).toBe('seen')
  })

  test('asking and adding apart: what was asked for and not added stays fresh', () => {
    const seen = guard(1000, 100)
    expect(seen.has('a', 0)).toBe(false)
    expect(seen.has('a', 1)).toBe(false)
    seen.add('a', 2)
    expect(seen.has('a', 3)).toBe(true)
    expect(seen.check('a', 3)).toBe('seen')
    expect(seen.has('a', 2000)).toBe(false)
  })

  test('a clock that is set back forgets nothing early', () => {
    const seen = guard(1000, 100)
    seen.check('a', 10_000)
    expect(seen.check('a', 1)).toBe('seen')
  })
})

import { describe, expect, test } from 'vitest'
import { boundedCache } from '#bounded-cache.ts'
import { cachedEdwardsY } from '#edwards-cache.ts'
import { edwardsY } from '#montgomery.ts'

describe('boundedCache', () => {
  test('computes once for equal bytes, whichever array they are in', () => {
    const cache = boundedCache<number>(4)
    let calls = 0
    const ask = (...key: readonly number[]): number =>
      cache.get(Uint8Array.from(key), () => {
        calls++
        return calls
      })
    expect([ask(1, 2), ask(1, 2), ask(1), ask(255), ask(1, 2)]).toEqual([1, 1, 2, 3, 1])
  })

  test('forgets the oldest when it is full', () => {
    const cache = boundedCache<string>(2)
    const ask = (key: number, value: string): string => cache.get(Uint8Array.of(key), () => value)
    ask(1, 'a')
    ask(2, 'b')
    ask(3, 'c')
    expect([ask(2, 'x'), ask(3, 'x'), ask(1, 'again')]).toEqual(['b', 'c', 'again'])
  })
})

describe('cachedEdwardsY', () => {
  test('answers as edwardsY does, the first time and the next', () => {
    const cached = cachedEdwardsY()
    const keys = [0, 1, 2, 9, 77].map((value) => {
      const u = new Uint8Array(32)
      u[0] = value
      return u
    })
    for (const u of [...keys, ...keys, new Uint8Array(31), new Uint8Array(33), new Uint8Array(0)]) {
      expect(cached(u)).toEqual(edwardsY(u))
    }
  })

  test('does not mistake a key that was changed after it was asked about', () => {
    const cached = cachedEdwardsY()
    const u = new Uint8Array(32).fill(9)
    cached(u)
    u[0] = 8
    expect(cached(u)).toEqual(edwardsY(u))
  })
})

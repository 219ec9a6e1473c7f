import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clientAddress } from '#guard/client-address.ts'
import { parseCidr } from '#guard/cidr.ts'
import { createKeyedHash } from '#guard/keyed-hash.ts'
import { createRateLimit, type Rate, type RateLimit } from '#guard/rate-limit.ts'
import { retryAfterSeconds } from '#guard/retry-after.ts'

class Clock {
  millis = 1_000_000
  readonly now = (): number => this.millis
}

const hash = createKeyedHash(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]))

function limit(clock: Clock, rate: Partial<Rate>, capacity?: number): RateLimit {
  const whole = { burst: 1, count: 1, perMillis: 1000, ...rate }
  const bounds = capacity === undefined ? {} : { capacity }
  return createRateLimit({ rate: whole, now: clock.now, hash, ...bounds })
}

const allowedOf = (limiter: RateLimit, keys: readonly string[]): boolean[] =>
  keys.map((key) => limiter.take(key).allowed)

/** A limiter by client, as the door asks it: all peers of 127/8 are trusted proxies. */
function byClient(limiter: RateLimit): (forwardedFor: string | null) => boolean {
  const proxies = parseCidr('127.0.0.0/8')
  const client = clientAddress(proxies === undefined ? [] : [proxies])
  return (forwardedFor) => limiter.take(client('127.0.0.1', forwardedFor)).allowed
}

describe('limits by client', () => {
  test('obscura 91: at 1/s with burst 1 the first request passes and an immediate second does not', () => {
    const ask = byClient(limit(new Clock(), {}))
    expect([ask(null), ask(null)]).toEqual([true, false])
  })

  test('obscura 92: behind a trusted peer each forwarded client has a bucket of its own', () => {
    const ask = byClient(limit(new Clock(), { burst: 2 }))
    expect(['1.1.1.1', '1.1.1.1', '1.1.1.1'].map(ask)).toEqual([true, true, false])
    expect(['2.2.2.2', '2.2.2.2', '2.2.2.2'].map(ask)).toEqual([true, true, false])
  })

  test('obscura 93: different spoofs before one client share its bucket', () => {
    const ask = byClient(limit(new Clock(), { burst: 2 }))
    const headers = ['9.9.9.9, 1.1.1.1, 2.2.2.2', 'different.spoof, 2.2.2.2', '8.8.8.8,2.2.2.2']
    expect(headers.map(ask)).toEqual([true, true, false])
  })

  test('obscura 94: changing the left part does not evade, and does not harm whom it names', () => {
    const ask = byClient(limit(new Clock(), {}))
    const spoofs = Array.from({ length: 9 }, (_, i) => `5.5.5.${i}, 2.2.2.2`)
    expect(spoofs.map(ask)).toEqual([true, ...Array.from({ length: 8 }, () => false)])
    expect(ask('5.5.5.1')).toBe(true)
  })

  test('obscura 95: twenty clients at once all pass', () => {
    const ask = byClient(limit(new Clock(), {}))
    const clients = Array.from({ length: 20 }, (_, i) => `203.0.113.${i}`)
    expect(clients.map(ask).every(Boolean)).toBe(true)
  })

  test('obscura 96: without X-Forwarded-For the peer is limited', () => {
    const ask = byClient(limit(new Clock(), { burst: 2 }))
    expect([ask(null), ask(null), ask(null)]).toEqual([true, true, false])
  })

  test('obscura 97: an exhausted tier leaves the other usable', () => {
    const clock = new Clock()
    const [auth, standard] = [limit(clock, {}), limit(clock, { burst: 20 })]
    expect(allowedOf(auth, ['a', 'a'])).toEqual([true, false])
    expect(standard.take('a').allowed).toBe(true)
  })

  test('obscura 98: blocked at 1/s, allowed again after 1.1 s', () => {
    const clock = new Clock()
    const limiter = limit(clock, {})
    expect(allowedOf(limiter, ['a', 'a'])).toEqual([true, false])
    clock.millis += 1100
    expect(limiter.take('a').allowed).toBe(true)
  })

  test('obscura 99: a refusal says after how many whole seconds to come again, and that is true', () => {
    const clock = new Clock()
    const limiter = limit(clock, { count: 2, perMillis: 3000 })
    limiter.take('a')
    const refusal = limiter.take('a')
    expect(refusal).toEqual({ allowed: false, retryAfterMillis: 1500 })
    expect(retryAfterSeconds(1500)).toBe(2)
    clock.millis += 1499
    expect(limiter.take('a')).toEqual({ allowed: false, retryAfterMillis: 1 })
    clock.millis += 1
    expect(limiter.take('a').allowed).toBe(true)
  })

  test('obscura 99: the header is never 0', () => {
    expect([0, 1, 999, 1000, 1001].map(retryAfterSeconds)).toEqual([1, 1, 1, 1, 2])
  })
})

describe('the algorithm', () => {
  test('a burst, then the pace', () => {
    const clock = new Clock()
    const limiter = limit(clock, { burst: 3, count: 10 })
    expect(allowedOf(limiter, ['a', 'a', 'a', 'a'])).toEqual([true, true, true, false])
    clock.millis += 100
    expect(allowedOf(limiter, ['a', 'a'])).toEqual([true, false])
    clock.millis += 10_000
    expect(allowedOf(limiter, ['a', 'a', 'a', 'a'])).toEqual([true, true, true, false])
  })

  test('refusals cost nothing', () => {
    const clock = new Clock()
    const limiter = limit(clock, {})
    limiter.take('a')
    for (let i = 0; i < 100; i++) limiter.take('a')
    clock.millis += 1000
    expect(limiter.take('a').allowed).toBe(true)
  })

  test('bytes and texts are keys', () => {
    const limiter = limit(new Clock(), {})
    expect(limiter.take(new Uint8Array(16)).allowed).toBe(true)
    expect(limiter.take(new Uint8Array(16)).allowed).toBe(false)
    expect(limiter.take(new Uint8Array(32)).allowed).toBe(true)
  })

  test('agrees with a model that keeps every arrival time exactly', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', '2001:db8:0:0::/64'),
      // Quarters of a millisecond are whole microseconds and exact as numbers.
      waitQuarters: fc.integer({ min: 0, max: 8000 }),
      cost: fc.option(fc.integer({ min: 1, max: 7 }), { nil: undefined }),
    })
    const rate = fc.record({
      burst: fc.integer({ min: 1, max: 5 }),
      count: fc.integer({ min: 1, max: 1000 }),
      perMillis: fc.constantFrom(1000, 60_000),
    })
    fc.assert(
      fc.property(rate, fc.array(step, { maxLength: 60 }), (chosen, steps) => {
        const clock = new Clock()
        const limiter = limit(clock, chosen)
        const interval = BigInt(Math.floor((chosen.perMillis * 1000) / chosen.count))
        const arrivals = new Map<string, bigint>()
        for (const { key, waitQuarters, cost } of steps) {
          clock.millis += waitQuarters / 4
          const at = BigInt(clock.millis * 1000)
          const arrival = arrivals.get(key) ?? at
          const price = interval * BigInt(cost ?? 1)
          const waits = arrival + price - interval * BigInt(chosen.burst) - at
          const fits = (cost ?? 1) <= chosen.burst
          const passes = fits && waits <= 0n
          if (passes) arrivals.set(key, (arrival > at ? arrival : at) + price)
          const retryAfterMillis = fits ? Number((waits + 999n) / 1000n) : Infinity
          const expected = passes ? { allowed: true } : { allowed: false, retryAfterMillis }
          expect(limiter.take(key, cost)).toEqual(expected)
        }
      }),
    )
  })

  test('a clock that is set back blocks nobody', () => {
    const clock = new Clock()
    const limiter = limit(clock, {})
    limiter.take('a')
    clock.millis -= 3_600_000
    expect(limiter.take('a').allowed).toBe(true)
    expect(limiter.take('a').allowed).toBe(false)
  })

  test('a cost of n is n of one', () => {
    const cost = fc.integer({ min: 1, max: 6 })
    const step = fc.record({ cost, waitMillis: fc.integer({ min: 0, max: 400 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const clock = new Clock()
        const rate = { burst: 20, count: 10 }
        const [whole, single] = [limit(clock, rate), limit(clock, rate)]
        for (const { cost: count, waitMillis } of steps) {
          clock.millis += waitMillis
          // One at a time may stop half way: then the buckets differ, and nothing more is compared.
          const ones = Array.from({ length: count }, () => single.take('a').allowed)
          expect(whole.take('a', count).allowed).toBe(ones.every(Boolean))
          if (!ones.every(Boolean)) return
        }
      }),
    )
  })

  test('more than the burst is refused always, and takes nothing', () => {
    const clock = new Clock()
    const limiter = limit(clock, { burst: 4 })
    expect(limiter.take('a', 5)).toEqual({ allowed: false, retryAfterMillis: Infinity })
    clock.millis += 3_600_000
    expect(limiter.take('a', 5).allowed).toBe(false)
    expect(limiter.take('a', 4).allowed).toBe(true)
    expect(limiter.take('a', 2)).toEqual({ allowed: false, retryAfterMillis: 2000 })
  })

  test('a cost that means nothing is refused', () => {
    for (const cost of [0, -1, 1.5, Number.NaN]) {
      expect(() => limit(new Clock(), {}).take('a', cost)).toThrow(RangeError)
    }
  })

  test('a rate that means nothing is refused', () => {
    for (const rate of [{ burst: 0 }, { count: 0 }, { count: 1.5 }, { perMillis: -1 }]) {
      expect(() => limit(new Clock(), rate)).toThrow(RangeError)
    }
  })
})

describe('bounds', () => {
  test('a spray of new keys through a full table cannot free a key that is at its limit', () => {
    const clock = new Clock()
    const limiter = limit(clock, { burst: 5, perMillis: 60_000 }, 64)
    expect(
      allowedOf(
        limiter,
        Array.from({ length: 6 }, () => 'guilty'),
      ),
    ).toContain(false)
    for (let i = 0; i < 10_000; i++) limiter.take(`spray ${i}`)
    expect(limiter.take('guilty').allowed).toBe(false)
  })

  test('a full table still admits newcomers', () => {
    const limiter = limit(new Clock(), {}, 16)
    for (let i = 0; i < 1000; i++) expect(limiter.take(`key ${i}`).allowed).toBe(true)
  })

  test('keys for a quarter of the table are all counted', () => {
    const limiter = limit(new Clock(), {})
    const keys = Array.from({ length: 32_000 }, (_, i) => `key ${i}`)
    for (const key of keys) limiter.take(key)
    expect(keys.filter((key) => limiter.take(key).allowed)).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { ExchangeBroker } from '#relay/exchange/broker.ts'

const ordinary = { ttlMillis: 60_000, isGuarded: false }

function open(
  limits: { maxOffers?: number; maxBytes?: number } = {},
  bytes: (length: number) => Uint8Array = (length) => randomBytes(length),
) {
  const time = { millis: 1_800_000_000_000 }
  const now = (): number => time.millis
  const broker = new ExchangeBroker(
    { clock: { now }, monotonic: now, randomness: { bytes } },
    { maxOffers: 500_000, maxBytes: 2 ** 26, ...limits },
  )
  return { broker, time }
}

function codeOf(broker: ExchangeBroker, payload = ''): string {
  const outcome = broker.offer(payload, ordinary)
  if (outcome.kind !== 'offered') throw new Error(outcome.kind)
  return outcome.code
}

/** Gives out these numbers, three bytes each. */
function drawing(numbers: readonly number[]) {
  const left = [...numbers]
  return (length: number): Uint8Array => {
    const number = left.shift()
    if (length !== 3 || number === undefined) throw new Error('Nothing left to draw')
    return Uint8Array.of(number >> 16, (number >> 8) & 255, number & 255)
  }
}

describe('A code', () => {
  test('vauchi 56: is six digits, and another for each open offer', () => {
    const { broker } = open()
    const codes = Array.from({ length: 1000 }, () => codeOf(broker))
    expect(new Set(codes).size).toBe(1000)
    for (const code of codes) expect(code).toMatch(/^[0-9]{6}$/)
  })

  test('is every number alike: what would make some likelier is drawn again', () => {
    const { broker } = open({}, drawing([16_000_000, 16_777_215, 15_999_999, 7, 1_000_007, 0]))
    expect(codeOf(broker)).toBe('999999')
    expect(codeOf(broker)).toBe('000007')
    // The next number is that of an open offer.
    expect(codeOf(broker)).toBe('000000')
  })

  test('is given up on when no free one is found', () => {
    const { broker } = open({}, drawing(Array.from({ length: 101 }, () => 5)))
    expect(codeOf(broker)).toBe('000005')
    expect(broker.offer('', ordinary)).toEqual({ kind: 'full' })
  })
})

describe('The offers together', () => {
  test('are bounded in bytes, half of them for offers and all with answers', () => {
    const { broker } = open({ maxBytes: 20 })
    const code = codeOf(broker, '12345')
    codeOf(broker, 'ü345')
    expect(broker.offer('1', ordinary)).toEqual({ kind: 'full' })
    expect(broker.claim(code, '12345678901')).toEqual({ kind: 'full' })
    expect(broker.claim(code, '1234567890')).toMatchObject({ kind: 'claimed' })
    expect(broker.complete(code, undefined)).toMatchObject({ kind: 'completed' })
    codeOf(broker, '1')
  })

  test('make room when they expire, looked through once a second at most', () => {
    const { broker, time } = open({ maxOffers: 1 })
    codeOf(broker)
    time.millis += 59_500
    expect(broker.offer('', ordinary)).toEqual({ kind: 'full' })
    time.millis += 500
    expect(broker.offer('', ordinary)).toEqual({ kind: 'full' })
    time.millis += 500
    codeOf(broker)
  })

  test('are swept when they expired', () => {
    const { broker, time } = open()
    codeOf(broker)
    time.millis += 1
    codeOf(broker)
    time.millis += 59_999
    expect(broker.expire()).toBe(1)
    expect(broker.count).toBe(1)
  })
})

describe('Guessing', () => {
  /** Guesses until it is no longer listened to. */
  function guessAll(broker: ExchangeBroker): number {
    for (let guesses = 0; ; guesses++) {
      const wrong = `9${String(guesses % 100_000).padStart(5, '0')}`
      const outcome = guesses % 2 === 0 ? broker.claim(wrong, '') : broker.complete(wrong, '')
      if (outcome.kind === 'guarded') return guesses
    }
  }

  test('the more offers are open, the sooner no code is listened to', () => {
    const below = drawing(Array.from({ length: 20_000 }, (_, i) => i))
    const { broker } = open({}, below)
    for (let i = 0; i < 10_000; i++) codeOf(broker)
    expect(guessAll(broker)).toBe(100)
    expect(broker.claim('000001', '')).toEqual({ kind: 'guarded', waitMillis: expect.any(Number) })
    expect(broker.complete('000001', '')).toMatchObject({ kind: 'guarded' })
  })

  test('is listened to again after a while, for as many guesses as that while allows', () => {
    const { broker, time } = open({}, drawing(Array.from({ length: 20_000 }, (_, i) => i)))
    for (let i = 0; i < 10_000; i++) codeOf(broker)
    guessAll(broker)
    time.millis += 30_000
    expect(guessAll(broker)).toBe(10)
  })

  test('of completion tokens counts like that of codes', () => {
    const { broker } = open()
    const tokens = Array.from({ length: 10_000 }, () =>
      broker.offer('', { ...ordinary, isGuarded: true }),
    )
    const [first] = tokens
    const code = first?.kind === 'offered' ? first.code : ''
    for (let i = 0; i < 100; i++) {
      expect(broker.complete(code, `${i}`)).toEqual({ kind: 'unknown' })
    }
    expect(broker.complete(code, 'x')).toMatchObject({ kind: 'guarded' })
  })

  test('a right code, and one that nobody could have hit, cost nothing', () => {
    const { broker } = open()
    for (let i = 0; i < 2000; i++) expect(broker.claim('123456', '')).toEqual({ kind: 'unknown' })
    const code = codeOf(broker)
    for (let i = 0; i < 2000; i++) {
      expect(broker.complete(code, undefined)).toEqual({ kind: 'not-claimed' })
    }
  })
})

import { expect, test } from 'vitest'
import { FakeClock } from '#ports/fake-clock.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { BackOff } from '#relay/live/back-off.ts'

const most = (length: number): Uint8Array => new Uint8Array(length).fill(0xff)

/** Just below every bound, or the largest number that can be drawn. */
function bounds(backOff: BackOff, count: number): readonly number[] {
  return Array.from({ length: count }, () => backOff.failed())
}

test('waits below a bound that doubles from a second to a minute', () => {
  for (let seed = 0; seed < 50; seed++) {
    const waits = bounds(new BackOff(new FakeClock(), fakeRandomness(seed)), 12)
    const expected = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]
    for (const [at, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(0)
      expect(wait).toBeLessThanOrEqual((expected[at] ?? 0) * 1000)
    }
  }
})

test('uses the whole of it, so that clients spread', () => {
  const waits = Array.from({ length: 400 }, (_, seed) => {
    const backOff = new BackOff(new FakeClock(), fakeRandomness(seed))
    return bounds(backOff, 7).at(-1) ?? 0
  })
  expect(Math.min(...waits)).toBeLessThan(3000)
  expect(Math.max(...waits)).toBeGreaterThan(57_000)
  expect(new BackOff(new FakeClock(), most).failed()).toBeLessThanOrEqual(1000)
})

test('begins anew after a connection that lasted, and not after one that did not', async () => {
  const clock = new FakeClock()
  const last = async (millis: number): Promise<number> => {
    // Two that fail alike; one of them has been connected in between.
    const backOff = new BackOff(clock, fakeRandomness('same'))
    const twin = new BackOff(clock, fakeRandomness('same'))
    bounds(backOff, 8)
    bounds(twin, 8)
    backOff.connected()
    await clock.advance(millis)
    const [after, without] = [backOff.failed(), twin.failed()]
    return after === without ? 0 : 1
  }
  expect(await last(59_999)).toBe(0)
  expect(await last(60_000)).toBe(1)
})

test('begins anew when something has changed', () => {
  const backOff = new BackOff(new FakeClock(), fakeRandomness(1))
  bounds(backOff, 10)
  backOff.forget()
  expect(backOff.failed()).toBeLessThanOrEqual(1000)
})

import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { Histogram } from '#bench/load/histogram.ts'

function nearestRank(sorted: readonly number[], fraction: number): number {
  return sorted[Math.max(Math.ceil(sorted.length * fraction), 1) - 1] ?? 0
}

describe('percentiles', () => {
  test('are exact to a microsecond below 256 µs', () => {
    const histogram = new Histogram()
    for (let i = 1; i <= 100; i++) histogram.record(i / 1000)
    expect(histogram.percentileMillis(0.5)).toBe(0.05)
    expect(histogram.percentileMillis(0.99)).toBe(0.099)
    expect(histogram.percentileMillis(1)).toBe(0.1)
    expect(histogram.maxMillis).toBe(0.1)
    expect(histogram.meanMillis).toBeCloseTo(0.0505)
  })

  test('are within one percent of the sorted values, for any values', () => {
    const millis = fc.double({ min: 0.001, max: 100_000, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(millis, { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.01, 0.5, 0.9, 0.99, 0.999, 1),
        (values, fraction) => {
          const histogram = new Histogram()
          for (const value of values) histogram.record(value)
          const expected = nearestRank(
            [...values].sort((a, b) => a - b),
            fraction,
          )
          const error = Math.abs(histogram.percentileMillis(fraction) - expected)
          expect(error).toBeLessThanOrEqual(expected * 0.01 + 0.001)
        },
      ),
    )
  })

  test('never exceed the maximum', () => {
    const histogram = new Histogram()
    histogram.record(1234.5)
    expect(histogram.percentileMillis(0.5)).toBeLessThanOrEqual(1234.5)
  })

  test('of nothing are 0', () => {
    expect(new Histogram().percentileMillis(0.99)).toBe(0)
    expect(new Histogram().meanMillis).toBe(0)
  })

  test('of absurd values stay inside', () => {
    const histogram = new Histogram()
    histogram.record(-1)
    histogram.record(1e12)
    expect(histogram.count).toBe(2)
    expect(histogram.percentileMillis(0.5)).toBe(0)
    expect(histogram.percentileMillis(1)).toBeGreaterThan(2_000_000)
  })
})

test('merging is recording into one', () => {
  const [one, two, both] = [new Histogram(), new Histogram(), new Histogram()]
  for (let i = 0; i < 1000; i++) {
    const value = (i * 7919) % 977
    ;(i % 2 === 0 ? one : two).record(value)
    both.record(value)
  }
  one.merge(two)
  expect(one.count).toBe(1000)
  expect(one.maxMillis).toBe(both.maxMillis)
  for (const fraction of [0.1, 0.5, 0.99]) {
    expect(one.percentileMillis(fraction)).toBe(both.percentileMillis(fraction))
  }
})

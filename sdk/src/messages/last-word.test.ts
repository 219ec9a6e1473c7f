import { expect, test } from 'vitest'
import { boundedMoment, laterThan } from '#messages/last-word.ts'

const now = Date.UTC(2026, 0, 1)

test('what is said for the first time is said now', () => {
  expect(laterThan(undefined, now)).toBe(now)
})

test('what is said again is said later, also by a clock that was set back or stands', () => {
  expect(laterThan(now - 5, now)).toBe(now)
  expect(laterThan(now, now)).toBe(now + 1)
  expect(laterThan(now + 5, now)).toBe(now + 6)
})

test('nobody has the last word for ever: behind the last moment there is another one', () => {
  const last = boundedMoment(8_640_000_000_000_000)
  expect(laterThan(last, now)).toBeGreaterThan(last)
  expect(laterThan(last, now)).toBeLessThan(8_640_000_000_000_000)
  expect(boundedMoment(now)).toBe(now)
})

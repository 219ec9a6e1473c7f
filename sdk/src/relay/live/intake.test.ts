import { expect, test } from 'vitest'
import { Intake } from '#relay/live/intake.ts'

test('takes 4,096 envelopes, and asks for the rest when half of them are done', () => {
  const intake = new Intake()
  for (let i = 0; i < 4096; i++) expect(intake.take('a', `${i}`, 10)).toBe(true)
  expect(intake.take('b', 'over', 10)).toBe(false)
  expect(intake.take('c', 'over too', 10)).toBe(false)
  // One that was handed on before is no more.
  expect(intake.take('a', '5', 10)).toBe(true)
  const ids = Array.from({ length: 2047 }, (_, i) => `${i}`)
  intake.done(ids)
  expect(intake.takeMissed()).toEqual([])
  intake.done(['2047', 'unknown'])
  expect(intake.takeMissed()).toEqual(['b', 'c'])
  expect(intake.takeMissed()).toEqual([])
})

test('takes 64 MiB, and one that is larger than all of it when it is alone', () => {
  const intake = new Intake()
  const half = 32 * 1024 * 1024
  expect(intake.take('a', '1', 3 * half)).toBe(true)
  expect(intake.take('a', '2', 0)).toBe(false)
  intake.done(['1'])
  expect([intake.take('a', '3', half), intake.take('a', '4', half)]).toEqual([true, true])
  expect(intake.take('b', '5', 1)).toBe(false)
  intake.done(['3'])
  expect(intake.takeMissed()).toEqual(['a', 'b'])
})

test('counts one that comes twice once', () => {
  const intake = new Intake()
  const half = 32 * 1024 * 1024
  for (let times = 0; times < 3; times++) expect(intake.take('a', '1', half)).toBe(true)
  expect(intake.take('a', '2', half)).toBe(true)
})

test('forgets what was unwatched, and everything on a new connection', () => {
  const intake = new Intake()
  for (let i = 0; i < 4096; i++) intake.take('a', `${i}`, 10)
  intake.take('b', 'over', 10)
  intake.take('c', 'over too', 10)
  intake.leave('b')
  intake.leave('a')
  expect(intake.takeMissed()).toEqual(['c'])
  for (let i = 0; i < 4096; i++) intake.take('a', `${i}`, 10)
  intake.take('b', 'over', 10)
  intake.clear()
  expect(intake.takeMissed()).toEqual([])
  expect(intake.take('b', 'over', 10)).toBe(true)
})

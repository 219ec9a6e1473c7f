import { expect, test } from 'vitest'
import { sleep } from '#ports/clock.ts'
import { FakeClock } from '#ports/fake-clock.ts'

test('time stands still until it is moved', async () => {
  const clock = new FakeClock(1000)
  expect(clock.now()).toBe(1000)
  await clock.advance(250)
  expect(clock.now()).toBe(1250)
})

test('timers call in the order of their moments, those of one moment as they were set', async () => {
  const clock = new FakeClock(0)
  const calls: string[] = []
  const note = (name: string) => () => void calls.push(`${name} at ${clock.now()}`)
  clock.after(30, note('third'))
  clock.after(10, note('first'))
  clock.after(10, note('second'))
  clock.after(31, note('late'))
  await clock.advance(30)
  expect(calls).toEqual(['first at 10', 'second at 10', 'third at 30'])
  expect(clock.pending()).toBe(1)
  await clock.advance(1)
  expect(calls.at(-1)).toBe('late at 31')
})

test('a cancelled timer does not call', async () => {
  const clock = new FakeClock()
  const calls: string[] = []
  const cancelled = clock.after(10, () => void calls.push('cancelled'))
  clock.after(5, () => cancelled.cancel())
  await clock.advance(20)
  expect(calls).toEqual([])
  expect(clock.pending()).toBe(0)
})

test('what a call sets going comes to rest before the next timer, and may set timers that are due', async () => {
  const clock = new FakeClock(0)
  const calls: string[] = []
  const loop = async (): Promise<void> => {
    for (let round = 1; round <= 3; round++) {
      await sleep(clock, 10, new AbortController().signal)
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      calls.push(`round ${round} at ${clock.now()}`)
    }
  }
  const done = loop()
  clock.after(21, () => void calls.push('between'))
  await clock.advance(30)
  await done
  expect(calls).toEqual(['round 1 at 10', 'round 2 at 20', 'between', 'round 3 at 30'])
})

test('a sleep that is aborted leaves no timer behind', async () => {
  const clock = new FakeClock()
  const abort = new AbortController()
  const slept = sleep(clock, 1000, abort.signal)
  abort.abort(new RangeError('enough'))
  await expect(slept).rejects.toThrow('enough')
  expect(clock.pending()).toBe(0)
})

test('a timer that is set for the past calls at once and does not turn time back', async () => {
  const clock = new FakeClock(500)
  const at: number[] = []
  clock.after(-100, () => void at.push(clock.now()))
  await clock.advance(0)
  expect(at).toEqual([500])
})

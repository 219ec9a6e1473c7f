import { describe, expect, test } from 'vitest'
import { ahead, orAborted } from '#attachments/ahead.ts'

const never = new AbortController().signal
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i++) await Promise.resolve()
}
/** Rejects when it is aborted, and nothing else. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  orAborted(new Promise<never>(() => {}), signal)

describe('work ahead', () => {
  test('comes in order, however long each takes, with so many at once', async () => {
    let running = 0
    let most = 0
    const work = async (item: number): Promise<number> => {
      most = Math.max(most, ++running)
      await turns(((item * 7) % 5) * 20)
      running -= 1
      return item * 2
    }
    const items = Array.from({ length: 20 }, (_, at) => at)
    expect(await Array.fromAsync(ahead(items, 4, work, never))).toEqual(items.map((at) => at * 2))
    expect(most).toBe(4)
  })

  test('does not run away from whoever takes what comes', async () => {
    let begun = 0
    const results = ahead(Array(50).keys(), 4, async () => ++begun, never)
    await results.next()
    await turns(100)
    expect(begun).toBe(4)
    await results.next()
    await turns(100)
    expect(begun).toBe(5)
    await results.return()
  })

  test('of one that fails is the failure of all, told at once, and the others are aborted', async () => {
    const aborted: number[] = []
    const work = async (item: number, signal: AbortSignal): Promise<never> => {
      if (item === 2) {
        await turns(50)
        throw new Error('no')
      }
      return untilAborted(signal).catch((reason: unknown) => {
        aborted.push(item)
        throw reason
      })
    }
    const all = Array.fromAsync(ahead([0, 1, 2, 3, 4, 5, 6], 4, work, never))
    await expect(all).rejects.toThrow('no')
    expect(aborted.toSorted((a, b) => a - b)).toEqual([0, 1, 3])
  })

  test('ends with the reason of the signal', async () => {
    const abort = new AbortController()
    const all = Array.fromAsync(ahead([1, 2], 4, (_, signal) => untilAborted(signal), abort.signal))
    await turns(5)
    abort.abort(new RangeError('enough'))
    await expect(all).rejects.toThrow('enough')
    const after = ahead([1], 4, async () => 1, abort.signal)
    await expect(after.next()).rejects.toThrow('enough')
  })

  test('is aborted when nobody wants more, and its source is told', async () => {
    let isOver = false
    let aborted = 0
    async function* items(): AsyncGenerator<number> {
      try {
        for (let item = 0; ; item++) yield item
      } finally {
        isOver = true
      }
    }
    const work = async (item: number, signal: AbortSignal): Promise<number> =>
      item === 0 ? 0 : untilAborted(signal).finally(() => (aborted += 1))
    for await (const result of ahead(items(), 4, work, never)) {
      expect(result).toBe(0)
      break
    }
    expect([isOver, aborted]).toEqual([true, 3])
  })

  test('fails when its source does', async () => {
    async function* items(): AsyncGenerator<number> {
      yield 1
      throw new Error('nothing more')
    }
    const all = Array.fromAsync(ahead(items(), 4, (_, signal) => untilAborted(signal), never))
    await expect(all).rejects.toThrow('nothing more')
  })
})

describe('a call that can be aborted', () => {
  test('is what it is when nobody aborts it', async () => {
    expect(await orAborted(Promise.resolve(5), never)).toBe(5)
    await expect(orAborted(Promise.reject(new Error('no')), never)).rejects.toThrow('no')
  })

  test('ends at once when somebody does, and when somebody has', async () => {
    const abort = new AbortController()
    const call = untilAborted(abort.signal)
    abort.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
    await expect(orAborted(Promise.resolve(5), abort.signal)).rejects.toThrow('enough')
  })
})

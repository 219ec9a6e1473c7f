import { describe, expect, test } from 'vitest'
import { createSlots, type Slots } from '#guard/slots.ts'

const never = new AbortController().signal

async function held(slots: Slots, signal = never): Promise<Disposable> {
  const place = await slots.acquire(signal)
  if (place === 'full') throw new Error('full')
  return place
}

describe('slots', () => {
  test('no more than the given number work at once, and all come to their turn in order', async () => {
    const slots = createSlots({ slots: 2, maxWaiting: 100 })
    const order: number[] = []
    let working = 0
    let most = 0
    await Promise.all(
      Array.from({ length: 20 }, async (_, i) => {
        using _place = await held(slots)
        order.push(i)
        working += 1
        most = Math.max(most, working)
        await new Promise((resolve) => setTimeout(resolve, 1))
        working -= 1
      }),
    )
    expect(most).toBe(2)
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect([slots.taken(), slots.waiting()]).toEqual([0, 0])
  })

  test('who comes when the line is full is told so', async () => {
    const slots = createSlots({ slots: 1, maxWaiting: 1 })
    const first = await held(slots)
    const second = held(slots)
    expect(await slots.acquire(never)).toBe('full')
    expect([slots.taken(), slots.waiting()]).toEqual([1, 1])
    first[Symbol.dispose]()
    const place = await second
    expect([slots.taken(), slots.waiting()]).toEqual([1, 0])
    place[Symbol.dispose]()
    expect(slots.taken()).toBe(0)
  })

  test('who gives up leaves the line, and its turn goes to the next', async () => {
    const slots = createSlots({ slots: 1, maxWaiting: 2 })
    const first = await held(slots)
    const abort = new AbortController()
    const impatient = held(slots, abort.signal)
    const patient = held(slots)
    abort.abort(new Error('gone'))
    await expect(impatient).rejects.toThrow('gone')
    expect(slots.waiting()).toBe(1)
    first[Symbol.dispose]()
    using _place = await patient
    expect(slots.taken()).toBe(1)
  })

  test('a signal that is aborted already takes nothing, and one that is aborted later takes nothing back', async () => {
    const slots = createSlots({ slots: 1, maxWaiting: 1 })
    await expect(slots.acquire(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone')
    expect(slots.taken()).toBe(0)
    const abort = new AbortController()
    const place = await held(slots, abort.signal)
    abort.abort()
    expect(slots.taken()).toBe(1)
    place[Symbol.dispose]()
  })

  test('giving a place back twice gives one place back', async () => {
    const slots = createSlots({ slots: 1, maxWaiting: 0 })
    const place = await held(slots)
    place[Symbol.dispose]()
    place[Symbol.dispose]()
    using _next = await held(slots)
    place[Symbol.dispose]()
    expect(slots.taken()).toBe(1)
    expect(await slots.acquire(never)).toBe('full')
  })

  test('no slots at all is a mistake', () => {
    expect(() => createSlots({ slots: 0, maxWaiting: 1 })).toThrow(RangeError)
  })
})

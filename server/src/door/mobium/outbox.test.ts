import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Socket } from '#door/listener.ts'
import { Outbox } from '#door/mobium/outbox.ts'

type Result = ReturnType<Socket['send']>

/** A socket that remembers its calls and answers as it is told to. */
class Kernel {
  readonly calls: Uint8Array[][] = []
  answer: (call: number) => Result = () => 'sent'
  readonly socket: Socket = {
    send: (frame) => this.#take([frame]),
    sendMany: (frames) => this.#take(frames),
    ping() {},
    close() {},
    terminate() {},
  }

  get frames(): readonly number[] {
    return this.calls.flat().map((frame) => frame[0] ?? -1)
  }

  #take(frames: readonly Uint8Array[]): Result {
    this.calls.push([...frames])
    return this.answer(this.calls.length)
  }
}

function open(answer: Kernel['answer'] = () => 'sent') {
  const kernel = new Kernel()
  kernel.answer = answer
  const heard: string[] = []
  const outbox = new Outbox(kernel.socket, {
    paused: () => void heard.push('paused'),
    flushed: () => void heard.push('flushed'),
    overflowed: () => void heard.push('overflowed'),
  })
  return { kernel, heard, outbox }
}

const byte = (value: number, length = 1): Uint8Array => new Uint8Array(length).fill(value)

describe('Messages', () => {
  test('of one turn go out in one call, in order', async () => {
    const { kernel, outbox } = open()
    for (const value of [1, 2, 3]) outbox.push(byte(value))
    expect(kernel.calls).toEqual([])
    await Promise.resolve()
    expect(kernel.calls.map((call) => call.length)).toEqual([3])
    expect(kernel.frames).toEqual([1, 2, 3])
  })

  test('that are many go out in calls of a bounded size', async () => {
    const { kernel, outbox } = open()
    for (let i = 0; i < 100; i++) outbox.push(byte(i, 4000))
    await Promise.resolve()
    expect(kernel.frames).toEqual(Array.from({ length: 100 }, (_, i) => i))
    for (const call of kernel.calls) {
      expect(call.reduce((sum, frame) => sum + frame.length, 0)).toBeLessThanOrEqual(68_000)
    }
  })

  test('wait while the socket is full, and go on in order when it has room', async () => {
    const { kernel, outbox, heard } = open((call) => (call === 1 ? 'full' : 'sent'))
    outbox.push(byte(1))
    await Promise.resolve()
    expect(outbox.isFull).toBe(true)
    outbox.push(byte(2))
    outbox.push(byte(3))
    await turn()
    expect(kernel.frames).toEqual([1])
    expect(heard).toEqual(['paused'])
    outbox.drained()
    expect(kernel.frames).toEqual([1, 2, 3])
    expect(heard).toEqual(['paused', 'flushed'])
  })

  test('that pass the bound while nobody reads end it, and nothing goes out any more', async () => {
    const { kernel, outbox, heard } = open(() => 'full')
    outbox.push(byte(1))
    await Promise.resolve()
    for (let i = 0; i < 9; i++) outbox.push(byte(2, 1024 * 1024))
    expect(heard).toEqual(['paused', 'overflowed'])
    outbox.drained()
    outbox.push(byte(3))
    await turn()
    expect(kernel.frames).toEqual([1])
  })

  test('that are small and very many end it as well', async () => {
    const { outbox, heard } = open(() => 'full')
    outbox.push(byte(1))
    await Promise.resolve()
    for (let i = 0; i < 4096; i++) outbox.push(byte(2))
    expect(heard).toEqual(['paused'])
    outbox.push(byte(2))
    expect(heard).toEqual(['paused', 'overflowed'])
  })

  test('are not reported as flushed to a socket that closed', async () => {
    const { outbox, heard } = open(() => 'closed')
    outbox.push(byte(1))
    await Promise.resolve()
    outbox.push(byte(2))
    await turn()
    expect(heard).toEqual([])
  })
})

describe('Frames', () => {
  test('of one turn of the loop go out together, behind its messages', async () => {
    const { kernel, outbox } = open()
    outbox.pushFrame(byte(10))
    await Promise.resolve()
    outbox.pushFrame(byte(11))
    outbox.push(byte(1))
    outbox.pushFrame(byte(12))
    await turn()
    expect(kernel.frames).toEqual([1, 10, 11, 12])
  })

  test('wait while the socket is full, the newest alone, and never ahead of messages', async () => {
    const { kernel, outbox, heard } = open((call) => (call === 1 ? 'full' : 'sent'))
    outbox.push(byte(1))
    await Promise.resolve()
    for (let i = 0; i < 100; i++) outbox.pushFrame(byte(100 + i))
    outbox.push(byte(2))
    outbox.drained()
    expect(kernel.frames).toEqual([1, 2, ...Array.from({ length: 48 }, (_, i) => 152 + i)])
    expect(heard).not.toContain('overflowed')
  })

  test('of a burst go out all of them, in order, to a socket that has room', async () => {
    const { kernel, outbox } = open(() => 'sent')
    for (let i = 0; i < 200; i++) outbox.pushFrame(byte(i))
    await turn()
    expect(kernel.frames).toEqual(Array.from({ length: 200 }, (_, i) => i))
  })

  test('that are large are bounded by their bytes', async () => {
    const { kernel, outbox } = open((call) => (call === 1 ? 'full' : 'sent'))
    outbox.push(byte(1))
    await Promise.resolve()
    for (let i = 0; i < 10; i++) outbox.pushFrame(byte(i, 900_000))
    outbox.pushFrame(byte(77, 2_100_000))
    outbox.drained()
    expect(kernel.frames).toEqual([1, 8, 9])
  })
})

test('whatever the socket says and when it drains, no message is lost, doubled or out of order', async () => {
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('push' as const),
        size: fc.integer({ min: 1, max: 70_000 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('frame' as const),
        size: fc.integer({ min: 1, max: 999 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('turn' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('drain' as const) }) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
      async (steps, fullness) => {
        const { kernel, outbox } = open((call) =>
          fullness[call % fullness.length] === true ? 'full' : 'sent',
        )
        let pushed = 0
        for (const each of steps) {
          if (each.kind === 'push') {
            const message = byte(1, each.size + 4)
            new DataView(message.buffer).setUint32(0, ++pushed)
            outbox.push(message)
          } else if (each.kind === 'frame') outbox.pushFrame(byte(255, each.size + 4))
          else if (each.kind === 'turn') await turn()
          else if (outbox.isFull) outbox.drained()
        }
        kernel.answer = () => 'sent'
        await turn()
        if (outbox.isFull) outbox.drained()
        await turn()
        const messages = kernel.calls
          .flat()
          .map((frame) => new DataView(frame.buffer).getUint32(0))
          .filter((number) => number !== 0xffffffff)
        expect(messages).toEqual(Array.from({ length: pushed }, (_, i) => i + 1))
      },
    ),
    { numRuns: 200 },
  )
})

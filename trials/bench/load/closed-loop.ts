/**
 * @module Closed loop: so many requests in flight, each answer followed by the next request. It finds how much a server
 * can do; its latencies are those of a server that is asked no faster than it answers.
 */
import { Connection } from '#bench/load/connection.ts'
import { Histogram } from '#bench/load/histogram.ts'
import type { Reply, ReplyReader } from '#bench/load/replies.ts'

export interface LoadResult {
  readonly latencies: Histogram
  /** Good answers in the measured time. */
  readonly answered: number
  /** Other answers in the measured time. */
  readonly failed: number
  readonly seconds: number
  /** Which kinds of failed answers came, as status codes with their counts. */
  readonly failures: ReadonlyMap<number, number>
}

export interface ClosedLoop {
  readonly port: number
  readonly inFlight: number
  readonly createReader: () => ReplyReader
  /** The next request; its bytes may be the same array every time. Undefined: none is left. */
  readonly next: () => Uint8Array | undefined
  /** Requests that are answered before the clock starts. */
  readonly warmUpSeconds: number
  /** An upper bound: the run ends sooner when `next` has no more. */
  readonly seconds: number
  readonly onReply?: (reply: Reply) => void
  readonly signal: AbortSignal
}

const drainMillis = 30_000

/** Rejects when a connection is lost: a load that quietly becomes smaller would measure nothing. */
export async function runClosedLoop(load: ClosedLoop): Promise<LoadResult> {
  const latencies = new Histogram()
  const failures = new Map<number, number>()
  const connections: Connection[] = []
  const began = performance.now()
  const measureFrom = began + load.warmUpSeconds * 1000
  const measureUntil = measureFrom + load.seconds * 1000
  let answered = 0
  let lastAnswer = measureFrom
  let waiting = 0
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = (): void => reject(new Error('Cannot finish load: aborted'))
  load.signal.throwIfAborted()
  load.signal.addEventListener('abort', abort, { once: true })
  const overdue = setTimeout(
    () => reject(new Error(`Cannot finish load: ${waiting} requests are unanswered`)),
    (load.warmUpSeconds + load.seconds) * 1000 + drainMillis,
  )
  try {
    const drivers = await Promise.all(Array.from({ length: load.inFlight }, () => openDriver()))
    waiting = drivers.length
    for (const drive of drivers) drive()
    await promise
  } finally {
    clearTimeout(overdue)
    load.signal.removeEventListener('abort', abort)
    for (const connection of connections) connection.end()
  }
  const seconds = Math.max(lastAnswer - measureFrom, 1) / 1000
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0)
  return { latencies, answered, failed, seconds, failures }

  async function openDriver(): Promise<() => void> {
    const reader = load.createReader()
    let sentAt = 0
    const send = (): void => {
      const now = performance.now()
      const request = now < measureUntil ? load.next() : undefined
      if (request === undefined) {
        if (--waiting === 0) resolve()
        return
      }
      sentAt = now
      connection.write(request)
    }
    const onReply = (reply: Reply): void => {
      const now = performance.now()
      if (now >= measureFrom) {
        latencies.record(now - sentAt)
        lastAnswer = now
        if (reply.ok) answered++
        else failures.set(reply.status, (failures.get(reply.status) ?? 0) + 1)
      }
      load.onReply?.(reply)
      send()
    }
    const connection = await Connection.open(load.port, {
      onData: (chunk) => {
        try {
          reader.push(chunk, onReply)
        } catch (error) {
          reject(error)
        }
      },
      onEnd: () => reject(new Error('Cannot go on with load: the server closed a connection')),
    })
    connections.push(connection)
    return send
  }
}

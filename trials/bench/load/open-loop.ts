/**
 * @module Open loop: requests arrive at a fixed rate whether or not the server has answered the ones before, and each
 * latency counts from the moment at which the request was due. A server that stalls for a second is charged for every
 * request that should have come in that second (no coordinated omission).
 *
 * Timers tick in milliseconds, so the arrivals of one millisecond come together; how late the ticks themselves were is
 * measured too, and is a part of every latency here.
 */
import { Connection } from '#bench/load/connection.ts'
import type { LoadResult } from '#bench/load/closed-loop.ts'
import { Histogram } from '#bench/load/histogram.ts'
import type { Reply, ReplyReader } from '#bench/load/replies.ts'

export interface OpenLoop {
  readonly port: number
  readonly connections: number
  readonly createReader: () => ReplyReader
  /** The request that was due at that time of `performance.now()`. */
  readonly next: (dueMillis: number) => Uint8Array
  readonly ratePerSecond: number
  readonly warmUpSeconds: number
  readonly seconds: number
  readonly signal: AbortSignal
}

export interface OpenLoopResult extends LoadResult {
  /** How late the generator itself was. */
  readonly lateness: Histogram
}

const drainMillis = 30_000

export async function runOpenLoop(load: OpenLoop): Promise<OpenLoopResult> {
  const latencies = new Histogram()
  const lateness = new Histogram()
  const failures = new Map<number, number>()
  const connections: Connection[] = []
  const idle: ((dueMillis: number) => void)[] = []
  const overdue: number[] = []
  let answered = 0
  let unanswered = 0
  let due = 0
  const total = Math.round(load.ratePerSecond * (load.warmUpSeconds + load.seconds))
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const abort = (): void => reject(new Error('Cannot finish load: aborted'))
  load.signal.throwIfAborted()
  load.signal.addEventListener('abort', abort, { once: true })
  let timer: ReturnType<typeof setInterval> | undefined
  let drain: ReturnType<typeof setTimeout> | undefined
  let measureFrom = 0
  try {
    await Promise.all(Array.from({ length: load.connections }, () => openConnection()))
    const began = Math.ceil(performance.now()) + 2
    measureFrom = began + load.warmUpSeconds * 1000
    timer = setInterval(() => tick(began), 1)
    await promise
  } finally {
    clearInterval(timer)
    clearTimeout(drain)
    load.signal.removeEventListener('abort', abort)
    for (const connection of connections) connection.end()
  }
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0)
  return { latencies, lateness, answered, failed, seconds: load.seconds, failures }

  function tick(began: number): void {
    const now = performance.now()
    while (due < total) {
      // All arrivals of one millisecond are due at its end.
      const dueMillis = Math.floor(began + (due / load.ratePerSecond) * 1000) + 1
      if (dueMillis > now) break
      lateness.record(now - dueMillis)
      due++
      unanswered++
      const send = idle.pop()
      if (send === undefined) overdue.push(dueMillis)
      else send(dueMillis)
    }
    if (due < total) return
    clearInterval(timer)
    const missing = new Error(`Cannot finish load: ${unanswered} requests are unanswered`)
    drain = setTimeout(() => reject(missing), drainMillis)
    if (unanswered === 0) resolve()
  }

  async function openConnection(): Promise<void> {
    const reader = load.createReader()
    let dueMillis = 0
    const send = (at: number): void => {
      dueMillis = at
      connection.write(load.next(at))
    }
    const onReply = (reply: Reply): void => {
      unanswered--
      if (dueMillis >= measureFrom) {
        latencies.record(performance.now() - dueMillis)
        if (reply.ok) answered++
        else failures.set(reply.status, (failures.get(reply.status) ?? 0) + 1)
      }
      const waiting = overdue.shift()
      if (waiting !== undefined) send(waiting)
      else idle.push(send)
      if (due === total && unanswered === 0) resolve()
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
    idle.push(send)
  }
}

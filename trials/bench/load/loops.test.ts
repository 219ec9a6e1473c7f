import { describe, expect, test } from 'vitest'
import { runClosedLoop } from '#bench/load/closed-loop.ts'
import { HttpReplyReader } from '#bench/load/http-replies.ts'
import { runOpenLoop } from '#bench/load/open-loop.ts'

const request = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
const createReader = (): HttpReplyReader => new HttpReplyReader()

/** Answers after so many milliseconds, or with what is given. */
function serve(answer: (count: number) => Response | Promise<Response>) {
  let count = 0
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async () => await answer(count++),
  })
  return {
    port: server.port ?? 0,
    count: () => count,
    [Symbol.asyncDispose]: async () => await server.stop(true),
  }
}

const created = (): Response => new Response(null, { status: 201 })

// The generator runs on Bun's sockets; on Node there is nothing to test.
describe.skipIf(typeof Bun === 'undefined')('a closed loop', () => {
  test('sends each request once and counts what came back', async () => {
    await using server = serve(
      (count) => new Response(null, { status: count % 5 === 0 ? 503 : 201 }),
    )
    let left = 1000
    const result = await runClosedLoop({
      port: server.port,
      inFlight: 7,
      createReader,
      next: () => (left-- > 0 ? request : undefined),
      warmUpSeconds: 0,
      seconds: 20,
      signal: AbortSignal.timeout(20_000),
    })
    expect(server.count()).toBe(1000)
    expect(result.answered).toBe(800)
    expect(result.failed).toBe(200)
    expect([...result.failures]).toEqual([[503, 200]])
    expect(result.latencies.count).toBe(1000)
  })

  test('ends in time and leaves the warm-up out', async () => {
    await using server = serve(created)
    const result = await runClosedLoop({
      port: server.port,
      inFlight: 2,
      createReader,
      next: () => request,
      warmUpSeconds: 0.3,
      seconds: 0.3,
      signal: AbortSignal.timeout(20_000),
    })
    expect(result.answered).toBeGreaterThan(10)
    expect(result.answered).toBeLessThan(server.count())
    expect(result.seconds).toBeGreaterThan(0.2)
    expect(result.seconds).toBeLessThan(1)
  })

  test('fails loudly when the server goes away', async () => {
    const server = serve(async () => await new Promise<Response>(() => {}))
    const run = runClosedLoop({
      port: server.port,
      inFlight: 1,
      createReader,
      next: () => request,
      warmUpSeconds: 0,
      seconds: 5,
      signal: AbortSignal.timeout(20_000),
    })
    setTimeout(() => void server[Symbol.asyncDispose](), 100)
    await expect(run).rejects.toThrow('closed a connection')
  })

  test('can be aborted', async () => {
    await using server = serve(created)
    const run = runClosedLoop({
      port: server.port,
      inFlight: 1,
      createReader,
      next: () => request,
      warmUpSeconds: 0,
      seconds: 60,
      signal: AbortSignal.timeout(100),
    })
    await expect(run).rejects.toThrow('aborted')
  })
})

describe.skipIf(typeof Bun === 'undefined')('an open loop', () => {
  const load = (port: number) => ({
    port,
    connections: 4,
    createReader,
    ratePerSecond: 1000,
    warmUpSeconds: 0,
    seconds: 0.5,
    signal: AbortSignal.timeout(20_000),
  })

  test('sends at its rate', async () => {
    await using server = serve(created)
    const dues: number[] = []
    const result = await runOpenLoop({
      ...load(server.port),
      next: (due) => {
        dues.push(due)
        return request
      },
    })
    expect(result.answered).toBe(500)
    expect((dues.at(-1) ?? 0) - (dues[0] ?? 0)).toBe(499)
  })

  test('charges a stall to every request that was due in it', async () => {
    // One answer in the middle takes 200 ms on all connections: in a closed loop four latencies would show it.
    let stalled: Promise<void> | undefined
    await using server = serve(async (count) => {
      if (count === 200) stalled = new Promise((resolve) => setTimeout(resolve, 200))
      if (count >= 200) await stalled
      return created()
    })
    const result = await runOpenLoop({ ...load(server.port), next: () => request })
    expect(result.answered).toBe(500)
    expect(result.latencies.percentileMillis(0.85)).toBeGreaterThan(50)
    expect(result.latencies.maxMillis).toBeGreaterThan(180)
    expect(result.lateness.percentileMillis(0.5)).toBeLessThan(50)
  })
})

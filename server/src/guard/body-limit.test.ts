import { createServer, request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { readBody } from '#guard/body-limit.ts'

const bounds = { maxBytes: 100, timeoutMillis: 5000 }

interface Source {
  readonly stream: ReadableStream<Uint8Array>
  pulled: number
  cancelled: boolean
}

/** Chunks of these sizes, filled with their index; then `end`. */
function source(sizes: readonly number[], end: 'close' | 'break' | 'hang' = 'close'): Source {
  const state: Omit<Source, 'stream'> = { pulled: 0, cancelled: false }
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const size = sizes[state.pulled]
        if (size !== undefined) controller.enqueue(new Uint8Array(size).fill(state.pulled))
        else if (end === 'close') controller.close()
        else if (end === 'break') controller.error(new Error('connection reset'))
        else return new Promise<void>(() => undefined)
        state.pulled += 1
        return undefined
      },
      cancel: () => {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return Object.assign(state, { stream })
}

function post(body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>, headers = {}): Request {
  return new Request('http://relay/', {
    method: 'POST',
    body,
    headers,
    duplex: 'half',
  })
}

describe('reading a body', () => {
  test('whole, in chunks, in many chunks, and empty', async () => {
    for (const sizes of [[], [7], [3, 4], [0, 50, 0, 50], Array.from({ length: 100 }, () => 1)]) {
      const outcome = await readBody(post(source(sizes).stream), bounds)
      const expected = sizes.flatMap((size, i) => Array.from({ length: size }, () => i))
      expect(outcome).toEqual({ kind: 'read', bytes: Uint8Array.from(expected) })
    }
    expect(await readBody(new Request('http://relay/'), bounds)).toEqual({
      kind: 'read',
      bytes: new Uint8Array(),
    })
  })

  test('a body of the largest size is read, one byte more is not', async () => {
    expect(await readBody(post(source([60, 40]).stream), bounds)).toMatchObject({ kind: 'read' })
    expect(await readBody(post(source([60, 41]).stream), bounds)).toEqual({ kind: 'too-large' })
    expect(await readBody(post(new Uint8Array(101)), bounds)).toEqual({ kind: 'too-large' })
    expect(await readBody(post(new Uint8Array(100)), bounds)).toMatchObject({ kind: 'read' })
  })

  test('an announced length above the limit is refused before anything is read', async () => {
    const body = source([10])
    const outcome = await readBody(post(body.stream, { 'content-length': '101' }), bounds)
    expect(outcome).toEqual({ kind: 'too-large' })
    expect(body.pulled).toBe(0)
  })

  test('a length that announces too little does not get past the limit', async () => {
    const body = post(new Uint8Array(101), { 'content-length': '5' })
    expect(await readBody(body, bounds)).toEqual({ kind: 'too-large' })
  })

  test('what goes over the limit stops the stream', async () => {
    const body = source(Array.from({ length: 1000 }, () => 10))
    expect(await readBody(post(body.stream), bounds)).toEqual({ kind: 'too-large' })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(body.pulled).toBeLessThan(20)
    expect(body.cancelled).toBe(true)
  })

  test('a body that breaks off', async () => {
    expect(await readBody(post(source([10], 'break').stream), bounds)).toEqual({ kind: 'broken' })
  })

  test('a body that does not go on', async () => {
    const body = source([10], 'hang')
    const outcome = await readBody(post(body.stream), { maxBytes: 100, timeoutMillis: 20 })
    expect(outcome).toEqual({ kind: 'timeout' })
    expect(body.cancelled).toBe(true)
  })

  test('an abort ends it with its reason', async () => {
    const abort = new AbortController()
    const reading = readBody(post(source([10], 'hang').stream), bounds, abort.signal)
    abort.abort(new Error('stopping'))
    await expect(reading).rejects.toThrow('stopping')
    const aborted = AbortSignal.abort(new Error('stopped'))
    await expect(readBody(post(source([1]).stream), bounds, aborted)).rejects.toThrow('stopped')
  })
})

describe('reading a body that comes over a connection', () => {
  /** What `readBody` makes of a request whose client sends `sent` and then ends or breaks the connection. */
  async function received(
    headers: Record<string, string>,
    sent: string,
    end: 'end' | 'break' | 'hang',
    timeoutMillis = 20_000,
  ): Promise<unknown> {
    const outcome = Promise.withResolvers<unknown>()
    const server = createServer((incoming, response) => {
      const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>
      const request = post(body, incoming.headers)
      void readBody(request, { maxBytes: 100, timeoutMillis }).then((read) => {
        response.end()
        outcome.resolve(read)
      }, outcome.reject)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const client = httpRequest({ port, method: 'POST', headers, agent: false })
    client.on('error', () => undefined)
    client.on('response', (response) => response.resume())
    if (end === 'end') client.end(sent)
    else client.write(sent, () => end === 'break' && setTimeout(() => client.destroy(), 20))
    try {
      return await outcome.promise
    } finally {
      client.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }

  const hello = { kind: 'read', bytes: new TextEncoder().encode('hello') }

  test('with an announced length, and in chunks', async () => {
    expect(await received({ 'content-length': '5' }, 'hello', 'end')).toEqual(hello)
    expect(await received({ 'transfer-encoding': 'chunked' }, 'hello', 'end')).toEqual(hello)
  })

  test('that breaks off before its announced end', async () => {
    expect(await received({ 'content-length': '50' }, 'hello', 'break')).toEqual({ kind: 'broken' })
  })

  test('that stops before its end', async () => {
    expect(await received({ 'content-length': '50' }, 'hello', 'hang', 200)).toEqual({
      kind: 'timeout',
    })
    expect(await received({ 'transfer-encoding': 'chunked' }, 'hello', 'hang', 200)).toEqual({
      kind: 'timeout',
    })
  })
})

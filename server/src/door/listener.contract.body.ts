/**
 * @module The listener's contract: bodies, in both directions and at any speed.
 */
import { describe, expect, test } from 'vitest'
import { eventually, head } from '#door/listener.client.ts'
import { isBun, maxBodyBytes, Started } from '#door/listener.contract.setup.ts'
import type { Listen } from '#door/listener.ts'

const megabyte = 1024 * 1024
/** More than two kernels keep for one connection between them. */
const tooMuchToBuffer = 32 * megabyte

const get = head('GET /', { Host: 'localhost' })

export function bodyContract(listen: Listen): void {
  describe('a request body', () => {
    const form = new FormData()
    form.set('field', 'value')
    const readings: [string, (request: Request) => Promise<unknown>, string | FormData, unknown][] =
      [
        ['bytes', async (request) => [...(await request.bytes())], 'abc', [97, 98, 99]],
        ['an ArrayBuffer', async (request) => (await request.arrayBuffer()).byteLength, 'abc', 3],
        ['text', (request) => request.text(), '\u00fc', '\u00fc'],
        ['JSON', (request) => request.json(), '{"a":[1]}', { a: [1] }],
        ['a Blob', async (request) => (await request.blob()).size, 'abc', 3],
        ['form data', async (request) => (await request.formData()).get('field'), form, 'value'],
        ['a stream', (request) => new Response(request.body).text(), 'abc', 'abc'],
        ['a copy', (request) => request.clone().text(), 'abc', 'abc'],
        [
          'itself after a copy',
          async (request) => [await request.clone().text(), await request.text()],
          'abc',
          ['abc', 'abc'],
        ],
        ['nothing', async (request) => (await request.bytes()).length, '', 0],
      ]
    test.each(readings)('can be read as %s', async (_what, read, body, expected) => {
      await using server = await Started.open(listen, async (request) =>
        Response.json(await read(request)),
      )
      const response = await fetch(server.url, { method: 'POST', body })
      expect(await response.json()).toEqual(expected)
    })

    test('can be read once', async () => {
      await using server = await Started.open(listen, async (request) => {
        const before = request.bodyUsed
        await request.text()
        const again = await request.text().catch((error: unknown) => error instanceof TypeError)
        return Response.json([before, request.bodyUsed, again])
      })
      const response = await fetch(server.url, { method: 'POST', body: 'once' })
      expect(await response.json()).toEqual([false, true, true])
    })

    test('of a GET is none', async () => {
      await using server = await Started.open(listen, async (request) =>
        Response.json([request.body, (await request.text()).length]),
      )
      expect(await (await fetch(server.url)).json()).toEqual([null, 0])
    })

    test('of exactly the largest size passes, announced or chunked', async () => {
      await using server = await Started.open(listen, async (request) =>
        Response.json((await request.bytes()).length),
      )
      const body = Buffer.alloc(maxBodyBytes, 1)
      const announced = await fetch(server.url, { method: 'POST', body })
      expect(await announced.json()).toBe(maxBodyBytes)
      const wire = await server.wire()
      wire.write(head('POST /', { Host: 'a', 'Transfer-Encoding': 'chunked' }))
      wire.write(`${maxBodyBytes.toString(16)}\r\n`)
      wire.write(body)
      wire.write('\r\n0\r\n\r\n')
      expect((await wire.answer()).body).toBe(String(maxBodyBytes))
    })

    test.each(['bytes', 'stream'])(
      'that outgrows its limit ends with 413, read as %s',
      async (how) => {
        let outcome: unknown
        await using server = await Started.open(listen, async (request) => {
          try {
            if (how === 'bytes') await request.bytes()
            else for await (const chunk of request.body ?? []) void chunk
          } catch (error) {
            outcome = error
            throw error
          }
          return new Response('never')
        })
        const wire = await server.wire()
        wire.write(head('POST /', { Host: 'a', 'Transfer-Encoding': 'chunked' }))
        const chunk = Buffer.alloc(64 * 1024, 1)
        for (let sent = 0; sent <= maxBodyBytes; sent += chunk.length) {
          wire.write(`${chunk.length.toString(16)}\r\n`)
          wire.write(chunk)
          wire.write('\r\n')
        }
        expect((await wire.answer()).status).toBe(413)
        expect(outcome).toBeInstanceOf(Error)
        await eventually(() => server.listening.pending() === 0, 'no request')
        expect(server.errors).toEqual([])
      },
    )

    test('that its client breaks off fails for the reader and is nobody\u2019s error', async () => {
      let outcome: unknown
      await using server = await Started.open(listen, async (request) => {
        outcome = await request.bytes().catch((error: unknown) => error)
        throw outcome
      })
      const wire = await server.wire()
      wire.write(head('POST /', { Host: 'a', 'Content-Length': '100' }) + 'half')
      await eventually(() => server.listening.pending() === 1, 'the request')
      wire.destroy()
      await eventually(() => outcome !== undefined, 'the outcome')
      expect(outcome).toMatchObject({ name: 'AbortError' })
      await eventually(() => server.listening.pending() === 0, 'no request')
      expect(server.errors).toEqual([])
    })

    test('waits in the network while nobody reads it', async () => {
      const { promise: go, resolve } = Promise.withResolvers<void>()
      let largestChunk = 0
      await using server = await Started.open(
        listen,
        async (request) => {
          const body: ReadableStream<Uint8Array> = request.body ?? new Blob().stream()
          const reader = body.getReader()
          let length = 0
          let step = await reader.read()
          await go
          for (; !step.done; step = await reader.read()) {
            length += step.value.length
            largestChunk = Math.max(largestChunk, step.value.length)
          }
          return Response.json(length)
        },
        { maxBodyBytes: tooMuchToBuffer },
      )
      const wire = await server.wire()
      wire.write(head('POST /', { Host: 'a', 'Content-Length': String(tooMuchToBuffer) }))
      let poured = 0
      const pouring = (async () => {
        for (; poured < tooMuchToBuffer; poured += megabyte) {
          await wire.pour(Buffer.alloc(megabyte), 1)
        }
      })()
      await new Promise((done) => setTimeout(done, 400))
      expect(poured).toBeLessThan(tooMuchToBuffer * 0.6)
      resolve()
      await pouring
      expect((await wire.answer()).body).toBe(String(tooMuchToBuffer))
      expect(largestChunk).toBeLessThan(4 * megabyte)
    })

    test('that nobody wants does not keep the answer from its client', async () => {
      await using server = await Started.open(
        listen,
        () => Response.json({ error: 'Unauthorized' }, { status: 401 }),
        { maxBodyBytes: tooMuchToBuffer },
      )
      const wire = await server.wire()
      wire.write(head('POST /', { Host: 'a', 'Content-Length': String(tooMuchToBuffer) }))
      const pouring = wire.pour(Buffer.alloc(megabyte), 32)
      expect((await wire.answer()).status).toBe(401)
      wire.destroy()
      await pouring
    })

    // Bun reads such a body to its end, into nothing: bandwidth that no option of its server saves.
    test.skipIf(isBun)('that nobody wants and that never ends is cut off', async () => {
      await using server = await Started.open(listen, () => new Response(null, { status: 401 }))
      const wire = await server.wire()
      wire.write(head('POST /', { Host: 'a', 'Transfer-Encoding': 'chunked' }))
      const chunk = Buffer.concat([
        Buffer.from('10000\r\n'),
        Buffer.alloc(65_536),
        Buffer.from('\r\n'),
      ])
      expect(await wire.pour(chunk, 2000)).toBeLessThan(tooMuchToBuffer)
      expect(await (await fetch(server.url)).text()).toBe('')
    })

    test('that is not read leaves the connection fit for the next request', async () => {
      await using server = await Started.open(listen, ({ method }) => new Response(method))
      const wire = await server.wire()
      const post = head('POST /', { Host: 'a', 'Content-Length': '1000' }) + 'x'.repeat(1000)
      expect((await wire.ask(post)).body).toBe('POST')
      expect((await wire.ask(post + get)).body).toBe('POST')
      expect((await wire.answer()).body).toBe('GET')
    })
  })

  describe('a streamed answer', () => {
    const chunk = new Uint8Array(64 * 1024).fill(7)

    test('is produced as fast as its client reads, and arrives whole', async () => {
      const chunks = tooMuchToBuffer / chunk.length
      let produced = 0
      await using server = await Started.open(
        listen,
        () =>
          new Response(
            new ReadableStream<Uint8Array>({
              pull(controller) {
                if (produced++ < chunks) controller.enqueue(chunk)
                else controller.close()
              },
            }),
            { headers: { 'content-length': String(tooMuchToBuffer) } },
          ),
      )
      const wire = await server.wire()
      wire.write(get)
      await eventually(() => wire.received.length > 0, 'the start')
      wire.tcp.pause()
      await new Promise((done) => setTimeout(done, 400))
      expect(produced).toBeLessThan(chunks * 0.6)
      expect(server.listening.pending()).toBe(1)
      let received = 0
      wire.take((bytes) => (received += bytes.length))
      wire.tcp.resume()
      await eventually(() => received > tooMuchToBuffer, 'the rest')
      await eventually(() => server.listening.pending() === 0, 'no request')
    })

    test('is no longer produced when its client has left', async () => {
      let cancelled = 0
      await using server = await Started.open(
        listen,
        ({ url }) =>
          new Response(
            new ReadableStream<Uint8Array>({
              async pull(controller) {
                if (url.endsWith('/stuck')) await new Promise(() => {})
                controller.enqueue(chunk)
              },
              cancel() {
                cancelled++
              },
            }),
          ),
      )
      const wire = await server.wire()
      wire.write(get)
      await eventually(() => wire.received.length > chunk.length, 'the start')
      wire.tcp.pause()
      await new Promise((done) => setTimeout(done, 50))
      wire.destroy()
      await eventually(() => cancelled === 1, 'the end of a stream that waits for its client')
      const stuck = await server.wire()
      stuck.write(head('GET /stuck', { Host: 'a' }))
      await eventually(() => server.listening.pending() === 1, 'the second request')
      stuck.destroy()
      await eventually(() => cancelled === 2, 'the end of a stream that its client waits for')
      await eventually(() => server.listening.pending() === 0, 'no request')
      expect(server.errors).toEqual([])
    })

    test('that fails half-way is cut off, so that nobody takes it for whole', async () => {
      let pulls = 0
      await using server = await Started.open(
        listen,
        () =>
          new Response(
            new ReadableStream<Uint8Array>({
              async pull(controller) {
                await new Promise((resolve) => setTimeout(resolve, 20))
                if (pulls++ === 2) throw new Error('boom')
                controller.enqueue(new TextEncoder().encode('part'))
              },
            }),
          ),
      )
      const wire = await server.wire()
      wire.write(get)
      await wire.closed()
      expect(wire.text).not.toContain('\r\n0\r\n\r\n')
      await eventually(() => server.listening.pending() === 0, 'no request')
    })

    test('without a length ends where it should, also when it comes slowly', async () => {
      await using server = await Started.open(
        listen,
        () =>
          new Response(
            new ReadableStream<Uint8Array>({
              async start(controller) {
                for (const text of ['one ', 'two ', 'three']) {
                  controller.enqueue(new TextEncoder().encode(text))
                  await new Promise((resolve) => setTimeout(resolve, 20))
                }
                controller.close()
              },
            }),
          ),
      )
      expect(await (await fetch(server.url)).text()).toBe('one two three')
    })

    test('may be made of its request, and the connection goes on', async () => {
      await using server = await Started.open(listen, (request) => new Response(request.body))
      for (const text of ['abc', 'x'.repeat(maxBodyBytes)]) {
        const response = await fetch(server.url, { method: 'POST', body: text })
        expect(await response.text()).toBe(text)
      }
    })
  })
}

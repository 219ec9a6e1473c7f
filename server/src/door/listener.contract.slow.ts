/**
 * @module The listener's contract: WebSockets whose peers stop reading. Memory has a bound, nothing is lost in silence,
 * and nobody else notices.
 */
import { describe, expect, test } from 'vitest'
import { queueLimitBytes } from '#door/connection.ts'
import { testTls } from '#door/listener.certificate.ts'
import { encodeFrame, eventually, opcode, type WireSocket } from '#door/listener.client.ts'
import {
  isAlive,
  maxMessageBytes,
  onePair,
  Recorder,
  startSockets,
} from '#door/listener.contract.setup.ts'
import type { Listen } from '#door/listener.ts'

const megabyte = 1024 * 1024
/** What two kernels keep for one connection on loopback, with room to spare. */
const kernelBytes = 16 * megabyte
const frameBytes = 32 * 1024

/** Frames with their numbers in front. */
function numbered(number: number): Uint8Array {
  const frame = new Uint8Array(frameBytes).fill(number & 255)
  new DataView(frame.buffer).setUint32(0, number)
  return frame
}

/** Sends to a peer who does not read until the socket is full. Returns the number of frames. */
function fill({ open }: Recorder): number {
  for (let sent = 0; sent * frameBytes < 2 * kernelBytes; sent++) {
    const outcome = open.send(numbered(sent))
    if (outcome === 'full') return sent + 1
    if (outcome === 'closed') throw new Error(`The socket closed after ${sent} frames`)
  }
  throw new Error('The socket was never full')
}

/** Whether these are the frames from 0 on, without a gap. */
function areConsecutive(client: WireSocket): boolean {
  return client.frames
    .filter((frame) => frame.opcode === opcode.binary)
    .every(({ payload }, at) => payload.readUInt32BE(0) === at && payload.length === frameBytes)
}

/** Offers frames as the gateways do: until 'full', then from `onDrain` on. */
class Sender extends Recorder {
  readonly total: number
  /** How many frames are handed over together. */
  readonly atOnce: number
  sent = 0
  fulls = 0

  constructor(total: number, atOnce: number) {
    super()
    this.total = total
    this.atOnce = atOnce
  }

  offer(): void {
    while (this.sent < this.total) {
      const length = Math.min(this.atOnce, this.total - this.sent)
      const frames = Array.from({ length }, (_, at) => numbered(this.sent + at))
      const [first] = frames
      const outcome =
        this.atOnce === 1 && first !== undefined
          ? this.open.send(first)
          : this.open.sendMany(frames)
      if (outcome === 'closed') return
      this.sent += length
      if (outcome === 'full') {
        this.fulls++
        return
      }
    }
  }

  override onDrain(): void {
    super.onDrain()
    this.offer()
  }
}

export function slowPeerContract(listen: Listen): void {
  describe('a peer who stops reading', () => {
    test.each([
      ['in clear', undefined, 1],
      ['over TLS', testTls, 1],
      ['in clear, two at once', undefined, 2],
      ['over TLS, two at once', testTls, 2],
    ])(
      'holds back 50 MB until it reads on, and loses none of it, %s',
      async (_how, tls, atOnce) => {
        const total = Math.ceil((50 * megabyte) / frameBytes)
        const senders = [new Sender(total, atOnce)]
        await using sockets = await startSockets(listen, () => senders.shift() ?? new Recorder(), {
          tls,
        })
        const ca = tls === undefined ? {} : { ca: tls.cert }
        const [sender] = senders
        const { client } = await onePair(sockets, ca)
        const neighbour = await onePair(sockets, ca)
        if (sender === undefined) throw new Error('No sender')

        client.wire.tcp.pause()
        sender.offer()
        await eventually(() => sender.fulls > 0, 'the first full')
        for (let before = -1; before !== sender.sent;) {
          before = sender.sent
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
        expect(sender.sent * frameBytes).toBeLessThan(kernelBytes)
        expect(await isAlive(neighbour.client)).toBe(true)

        // Slowly at first: a drain is told once for each full, not for each byte.
        for (let step = 0; step < 5; step++) {
          client.wire.tcp.resume()
          await new Promise((resolve) => setTimeout(resolve, 2))
          client.wire.tcp.pause()
          await new Promise((resolve) => setTimeout(resolve, 10))
        }
        client.wire.tcp.resume()
        await client.of(opcode.binary, total)
        expect([sender.sent, client.frames.length, areConsecutive(client)]).toEqual([
          total,
          total,
          true,
        ])
        expect(sender.drains).toBe(sender.fulls)
        expect(await isAlive(client)).toBe(true)
        expect([sender.closes, sockets.server.errors]).toEqual([[], []])
      },
      30_000,
    )

    test('and is sent to regardless loses its connection, not single frames', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      const neighbour = await onePair(sockets)
      client.wire.tcp.pause()
      let accepted = 0
      let outcome = recorder.open.send(numbered(0))
      const outcomes = new Set<string>()
      while (outcome !== 'closed' && accepted < 10_000) {
        outcomes.add(outcome)
        accepted++
        outcome = recorder.open.send(numbered(accepted))
      }
      expect([outcome, [...outcomes].sort()]).toEqual(['closed', ['full', 'sent']])
      const limit = queueLimitBytes({ maxMessageBytes })
      expect(accepted * frameBytes).toBeLessThan(kernelBytes + limit)
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect(recorder.closes).toEqual([1006])
      client.wire.tcp.resume()
      await client.wire.closed()
      expect([areConsecutive(client), await client.closeCode()]).toEqual([true, 1006])
      expect(await isAlive(neighbour.client)).toBe(true)
    })

    test('and is sent many small messages has them all in its queue, or loses its connection', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      client.wire.tcp.pause()
      const many = Array.from({ length: 64 }, () => new Uint8Array(1024))
      const limit = (2 * kernelBytes) / (64 * 1024)
      let calls = 1
      while (recorder.open.sendMany(many) === 'sent' && calls < limit) calls++
      expect(calls).toBeLessThan(limit)
      expect(recorder.open.sendMany(many)).toBe('full')
      client.wire.tcp.resume()
      expect(await client.of(opcode.binary, (calls + 1) * 64)).toHaveLength((calls + 1) * 64)
      await eventually(() => recorder.drains === 1, 'the drain')

      client.wire.tcp.pause()
      let outcome = recorder.open.sendMany(many)
      for (calls = 0; outcome !== 'closed' && calls < limit; calls++) {
        outcome = recorder.open.sendMany(many)
      }
      expect(outcome).toBe('closed')
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect(recorder.closes).toEqual([1006])
    })

    test('has room for two of the largest frames after a full', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      client.wire.tcp.pause()
      const sent = fill(recorder)
      const largest = new Uint8Array(maxMessageBytes).fill(9)
      expect([recorder.open.send(largest), recorder.open.send(largest)]).toEqual(['full', 'full'])
      client.wire.tcp.resume()
      const frames = await client.of(opcode.binary, sent + 2)
      expect(frames.slice(sent).map(({ payload }) => payload.length)).toEqual([
        maxMessageBytes,
        maxMessageBytes,
      ])
      await eventually(() => recorder.drains === 1, 'the drain')
    })

    test('is still heard, and answered behind what waits for it', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      client.wire.tcp.pause()
      const sent = fill(recorder)
      client.send(opcode.binary, 'heard')
      client.send(opcode.ping, 'answered')
      await eventually(() => recorder.messages.length === 1, 'the message')
      client.wire.tcp.resume()
      const [pong] = await client.of(opcode.pong)
      expect(pong?.payload.toString()).toBe('answered')
      expect((await client.of(opcode.binary, sent)).length).toBe(sent)
      expect(areConsecutive(client)).toBe(true)
    })

    test('gets the rest and our close frame when it reads on', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      client.wire.tcp.pause()
      const sent = fill(recorder)
      recorder.open.close(1001, 'Server shutting down')
      await eventually(() => recorder.closes.length > 0, 'the end')
      await new Promise((resolve) => setTimeout(resolve, 300))
      client.wire.tcp.resume()
      const [close] = await client.of(opcode.close)
      expect(close?.payload.readUInt16BE(0)).toBe(1001)
      expect([client.frames.length, areConsecutive(client)]).toEqual([sent + 1, true])
    })

    test('and does not read on either is cut off some seconds after our close frame', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      client.wire.tcp.pause()
      fill(recorder)
      await sockets.server.listening.stopAccepting()
      recorder.open.close(1001, '')
      expect(await sockets.server.listening.drained(AbortSignal.timeout(2000))).toBe(false)
      expect(await sockets.server.listening.drained()).toBe(true)
      expect(recorder.closes).toEqual([1001])
    }, 10_000)

    test('is cut off by force at once, whatever waits for it', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      client.wire.tcp.pause()
      fill(recorder)
      recorder.open.terminate()
      await sockets.server.listening.stopAccepting()
      expect(await sockets.server.listening.drained(AbortSignal.timeout(2000))).toBe(true)
      expect(recorder.closes).toEqual([1006])
    })

    test('and floods us with pings is disconnected before the answers pile up', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      const neighbour = await onePair(sockets)
      client.wire.tcp.pause()
      const pings = Buffer.concat(
        Array.from({ length: 500 }, () => encodeFrame(opcode.ping, 'x'.repeat(125))),
      )
      const end = new AbortController()
      const poured = client.wire.pour(pings, 2000, end.signal)
      await eventually(() => recorder.closes.length > 0, 'the end')
      end.abort()
      expect(await poured).toBeLessThan(2 * kernelBytes)
      expect(recorder.closes).toEqual([1006])
      expect(await isAlive(neighbour.client)).toBe(true)
    })
  })
}

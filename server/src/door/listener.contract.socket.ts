/**
 * @module The listener's contract: WebSockets whose peers read. What travels, what a peer may not do, and how it ends.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeFrame, eventually, opcode } from '#door/listener.client.ts'
import {
  Echo,
  isAlive,
  maxMessageBytes,
  onePair,
  Recorder,
  startSockets,
} from '#door/listener.contract.setup.ts'
import type { Listen, Socket } from '#door/listener.ts'

const utf8 = new TextEncoder()

export function socketContract(listen: Listen): void {
  describe('a message', () => {
    test('travels both ways as it is', async () => {
      await using sockets = await startSockets(listen, () => new Echo())
      const { client, recorder } = await onePair(sockets)
      const binary = [
        new Uint8Array(),
        new Uint8Array([0, 255]),
        new Uint8Array(maxMessageBytes).fill(3),
      ]
      for (const bytes of binary) client.send(opcode.binary, bytes)
      client.send(opcode.text, 'gr\u00fc\u00df \u{1f510}')
      const frames = await client.of(opcode.binary, 4)
      expect(frames.map((frame) => frame.payload.length)).toEqual([0, 2, maxMessageBytes, 11])
      expect(frames.every((frame) => frame.isFinal)).toBe(true)
      expect(recorder.messages.map(({ isText }) => isText)).toEqual([false, false, false, true])
      expect(recorder.messages[3]?.bytes).toEqual(utf8.encode('gr\u00fc\u00df \u{1f510}'))
      for (const { bytes } of recorder.messages) expect(bytes.constructor).toBe(Uint8Array)
    })

    test('may be cut anywhere, in frames and in packets', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      let expected = 0
      const messages = fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 4 })
      const packet = fc.integer({ min: 1, max: 200 })
      await fc.assert(
        fc.asyncProperty(messages, packet, async (parts, packetLength) => {
          const last = parts.length - 1
          const bytes = Buffer.concat(
            parts.flatMap((part, at) => [
              encodeFrame(at === 0 ? opcode.binary : opcode.continuation, part, {
                isFinal: at === last,
              }),
              // Control frames may stand between fragments (§5.4).
              ...(at === last ? [] : [encodeFrame(opcode.ping, 'between')]),
            ]),
          )
          for (let at = 0; at < bytes.length; at += packetLength) {
            client.wire.write(bytes.subarray(at, at + packetLength))
          }
          expected++
          await eventually(() => recorder.messages.length === expected, 'the message')
          expect(Buffer.from(recorder.messages.at(-1)?.bytes ?? [])).toEqual(Buffer.concat(parts))
        }),
        { numRuns: 40 },
      )
      expect(recorder.closes).toEqual([])
    })

    test('is the handler\u2019s own, whatever comes after it', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      const flood = Array.from({ length: 500 }, (_, at) =>
        encodeFrame(opcode.binary, new Uint8Array(300).fill(at & 255)),
      )
      client.wire.write(Buffer.concat(flood))
      await eventually(() => recorder.messages.length === 500, 'all messages')
      expect(
        recorder.messages.every(({ bytes }, at) => bytes.every((byte) => byte === (at & 255))),
      ).toBe(true)
    })

    test.each([
      ['in one frame', [maxMessageBytes + 1]],
      ['in several', [maxMessageBytes, 1]],
    ])('that is too large %s ends the connection with 1009', async (_how, lengths) => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      const last = lengths.length - 1
      lengths.forEach((length, at) =>
        client.send(at === 0 ? opcode.binary : opcode.continuation, new Uint8Array(length), {
          isFinal: at === last,
        }),
      )
      expect((await client.of(opcode.close))[0]?.payload.readUInt16BE(0)).toBe(1009)
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect([recorder.closes, recorder.messages]).toEqual([[1006], []])
    })

    test('that announces 2^40 bytes ends the connection before it comes', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      client.wire.write(Buffer.from('82ff0000010000000000' + '01020304' + '00', 'hex'))
      expect((await client.of(opcode.close))[0]?.payload.readUInt16BE(0)).toBe(1009)
      await eventually(() => recorder.closes.length > 0, 'the end')
    })
  })

  describe('a peer who breaks the protocol', () => {
    const frame = encodeFrame
    const violations: [string, number, Buffer][] = [
      ['does not mask', 1002, frame(opcode.binary, 'abc', { isMasked: false })],
      ['sets RSV1 without an extension', 1002, frame(opcode.binary, 'abc', { reserved: 0x40 })],
      ['sets RSV2', 1002, frame(opcode.binary, 'abc', { reserved: 0x20 })],
      ['uses opcode 3', 1002, frame(3, 'abc')],
      ['uses opcode 11', 1002, frame(11, '')],
      ['sends text that is not UTF-8', 1007, frame(opcode.text, new Uint8Array([0xc3, 0x28]))],
      ['fragments a ping', 1002, frame(opcode.ping, 'abc', { isFinal: false })],
      ['sends a ping of 126 bytes', 1002, frame(opcode.ping, 'a'.repeat(126))],
      ['continues nothing', 1002, frame(opcode.continuation, 'abc')],
      [
        'starts a message inside another',
        1002,
        Buffer.concat([frame(opcode.binary, 'a', { isFinal: false }), frame(opcode.binary, 'b')]),
      ],
      ['closes with half a code', 1002, frame(opcode.close, new Uint8Array([3]))],
      ['closes with 1005', 1002, frame(opcode.close, new Uint8Array([3, 0xed]))],
      ['closes with 999', 1002, frame(opcode.close, new Uint8Array([3, 0xe7]))],
    ]
    test.each(violations)('and %s is told %d and disconnected', async (_what, code, bytes) => {
      await using sockets = await startSockets(listen, () => new Echo())
      const { client, recorder } = await onePair(sockets)
      const neighbour = await onePair(sockets)
      client.wire.write(bytes)
      client.send(opcode.binary, 'too late')
      await client.wire.closed()
      expect(await client.closeCode()).toBe(code)
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect([recorder.closes, recorder.messages]).toEqual([[1006], []])
      expect(await isAlive(neighbour.client)).toBe(true)
      expect([sockets.server.listening.sockets(), sockets.server.errors]).toEqual([1, []])
    })

    test('in any way never takes the server with them', async () => {
      await using sockets = await startSockets(listen, () => new Echo())
      const neighbour = await onePair(sockets)
      const frames = fc.array(
        fc.record({
          code: fc.integer({ min: 0, max: 15 }),
          payload: fc.uint8Array({ maxLength: 130 }),
          isFinal: fc.boolean(),
          isMasked: fc.boolean(),
          reserved: fc.constantFrom(0, 0, 0, 0x10, 0x40),
          cut: fc.integer({ min: 0, max: 3 }),
        }),
        { maxLength: 6 },
      )
      await fc.assert(
        fc.asyncProperty(frames, async (each) => {
          const { client, recorder } = await onePair(sockets)
          for (const { code, payload, cut, ...shape } of each) {
            const bytes = encodeFrame(code, payload, shape)
            client.wire.write(bytes.subarray(0, bytes.length - cut))
          }
          client.wire.tcp.end()
          await eventually(() => recorder.closes.length > 0, 'the end')
          client.wire.destroy()
        }),
        { numRuns: 60 },
      )
      expect(await isAlive(neighbour.client)).toBe(true)
      await eventually(() => sockets.server.listening.sockets() === 1, 'one socket')
      expect(sockets.recorders.every(({ closes }) => closes.length <= 1)).toBe(true)
      expect(sockets.server.errors).toEqual([])
    })
  })

  describe('pings', () => {
    test('are answered with what they carry, and ours with onPong', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      for (const text of ['', 'a', 'b'.repeat(125)]) client.send(opcode.ping, text)
      const pongs = await client.of(opcode.pong, 3)
      expect(pongs.map(({ payload }) => payload.toString())).toEqual(['', 'a', 'b'.repeat(125)])
      recorder.open.ping()
      await client.of(opcode.ping)
      expect(recorder.pongs).toBe(0)
      client.send(opcode.pong)
      await eventually(() => recorder.pongs === 1, 'the pong')
    })

    test('are answered in any number to a peer who reads', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      const thousand = Buffer.concat(
        Array.from({ length: 1000 }, () => encodeFrame(opcode.ping, 'x')),
      )
      for (let round = 0; round < 10; round++) client.wire.write(thousand)
      expect(await client.of(opcode.pong, 10_000)).toHaveLength(10_000)
      expect(recorder.closes).toEqual([])
    })
  })

  describe('a socket that we close', () => {
    test.each([
      [1000, 'done'],
      [1001, 'Server shutting down'],
      [1008, 'policy'],
      [1009, ''],
      [1011, 'fault'],
      [1013, 'later'],
      [3000, ''],
      [4000, 'ours'],
      [4999, '\u00fc'],
    ])('with %d %j says so', async (code, reason) => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      recorder.open.send(new Uint8Array([1]))
      recorder.open.close(code, reason)
      expect(recorder.closes).toEqual([])
      await eventually(() => recorder.closes.length > 0, 'the end')
      await client.of(opcode.close)
      expect(client.frames.map((frame) => frame.opcode)).toEqual([opcode.binary, opcode.close])
      const payload = client.frames[1]?.payload ?? Buffer.alloc(2)
      expect([payload.readUInt16BE(0), payload.subarray(2).toString()]).toEqual([code, reason])
      client.wire.write(encodeFrame(opcode.close, payload))
      await client.wire.closed()
      await eventually(() => sockets.server.listening.sockets() === 0, 'no socket')
      expect(recorder.closes).toEqual([code])
    })

    test('with 1005 says nothing', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      recorder.open.close(1005, 'not sent')
      expect((await client.of(opcode.close)).map(({ payload }) => payload.length)).toEqual([0])
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect(recorder.closes).toEqual([1005])
    })

    test('gives as much of its reason as fits, in whole characters', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      recorder.open.close(4000, '\u20ac'.repeat(100))
      const [frame] = await client.of(opcode.close)
      expect(frame?.payload.subarray(2).toString()).toBe('\u20ac'.repeat(41))
    })

    test.each([0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 1000.5, Number.NaN])(
      'cannot be closed with %d, and stays open',
      async (code) => {
        await using sockets = await startSockets(listen)
        const { client, recorder } = await onePair(sockets)
        expect(() => recorder.open.close(code, '')).toThrow(RangeError)
        expect(await isAlive(client)).toBe(true)
      },
    )

    test('hears nothing more, sends nothing more, and ends once', async () => {
      await using sockets = await startSockets(listen, () => new Echo())
      const { client, recorder } = await onePair(sockets)
      recorder.open.close(4000, '')
      expect(recorder.open.send(new Uint8Array([1]))).toBe('closed')
      recorder.open.ping()
      recorder.open.close(4001, '')
      client.send(opcode.binary, 'late')
      client.send(opcode.pong)
      client.wire.write(encodeFrame(opcode.close, new Uint8Array([0x0f, 0xa2])))
      await client.wire.closed()
      recorder.open.terminate()
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect([recorder.closes, recorder.messages, recorder.pongs]).toEqual([[4000], [], 0])
      expect(client.frames.map((frame) => frame.opcode)).toEqual([opcode.close])
    })

    test('behind an answer, while a message is handled, delivers both', async () => {
      class Parting extends Recorder {
        override onMessage(): void {
          this.open.send(new Uint8Array(maxMessageBytes))
          this.open.send(new Uint8Array(1))
          this.open.close(1000, 'bye')
        }
      }
      await using sockets = await startSockets(listen, () => new Parting())
      const { client, recorder } = await onePair(sockets)
      client.send(opcode.binary, 'go')
      await client.of(opcode.close)
      expect(client.frames.map((frame) => frame.payload.length)).toEqual([maxMessageBytes, 1, 5])
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect(recorder.closes).toEqual([1000])
    })

    test('in its first callback ends like any other', async () => {
      class Refuser extends Recorder {
        override onOpen(socket: Socket): void {
          super.onOpen(socket)
          socket.send(new Uint8Array([1]))
          socket.close(4003, 'not you')
        }
      }
      await using sockets = await startSockets(listen, () => new Refuser())
      const { client, recorder } = await onePair(sockets)
      expect(await client.of(opcode.binary)).toHaveLength(1)
      expect((await client.of(opcode.close))[0]?.payload.readUInt16BE(0)).toBe(4003)
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect(recorder.closes).toEqual([4003])
    })

    test('whose peer never answers is gone after a while', async () => {
      await using sockets = await startSockets(listen)
      const { recorder } = await onePair(sockets)
      await sockets.server.listening.stopAccepting()
      recorder.open.close(1000, '')
      expect(await sockets.server.listening.drained()).toBe(true)
    }, 10_000)

    test('by force ends without a handshake, outside of the call', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      recorder.open.terminate()
      expect([recorder.closes, recorder.open.send(new Uint8Array([1]))]).toEqual([[], 'closed'])
      await client.wire.closed()
      recorder.open.terminate()
      expect([recorder.closes, await client.closeCode()]).toEqual([[1006], 1006])
    })
  })

  describe('a socket that its peer closes', () => {
    test.each([
      [4001, new Uint8Array([0x0f, 0xa1, 0x41])],
      [1000, new Uint8Array([0x03, 0xe8])],
      [1005, new Uint8Array()],
    ])('with %d is answered with the same', async (code, payload) => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      client.send(opcode.close, payload)
      await client.wire.closed()
      expect((await client.of(opcode.close)).map((frame) => [...frame.payload])).toEqual([
        [...payload],
      ])
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect(recorder.closes).toEqual([code])
    })

    test.each(['end', 'resetAndDestroy', 'destroy'] as const)(
      'by %s of its connection ends with 1006',
      async (how) => {
        await using sockets = await startSockets(listen)
        const { client, recorder } = await onePair(sockets)
        client.wire.tcp[how]()
        await eventually(() => recorder.closes.length > 0, 'the end')
        expect([recorder.closes, recorder.open.send(new Uint8Array([1]))]).toEqual([
          [1006],
          'closed',
        ])
        expect([sockets.server.listening.sockets(), sockets.server.errors]).toEqual([0, []])
      },
    )
  })

  describe('a callback that throws', () => {
    const boom = new Error('boom')
    const fail = (): never => {
      throw boom
    }
    test.each(['onMessage', 'onPong'] as const)('from %s costs its socket only', async (name) => {
      const broken = Object.assign(new Recorder(), { [name]: fail })
      const handlers = [broken, new Echo()]
      await using sockets = await startSockets(listen, () => handlers.shift() ?? new Recorder())
      const { client } = await onePair(sockets)
      const neighbour = await onePair(sockets)
      client.send(name === 'onMessage' ? opcode.binary : opcode.pong, 'x')
      expect((await client.of(opcode.close))[0]?.payload.readUInt16BE(0)).toBe(1011)
      await eventually(() => broken.closes.length > 0, 'the end')
      expect([broken.closes, sockets.server.errors]).toEqual([[1011], [boom]])
      expect(await isAlive(neighbour.client)).toBe(true)
    })

    test('from onOpen or onClose is reported too', async () => {
      const handlers = [
        Object.assign(new Recorder(), { onOpen: fail }),
        Object.assign(new Recorder(), { onClose: fail }),
      ]
      await using sockets = await startSockets(listen, () => handlers.shift() ?? new Recorder())
      const first = await sockets.server.socket()
      expect((await first.of(opcode.close))[0]?.payload.readUInt16BE(0)).toBe(1011)
      const second = await onePair(sockets)
      second.client.wire.destroy()
      await eventually(() => sockets.server.errors.length === 2, 'both errors')
      const third = await onePair(sockets)
      expect(await isAlive(third.client)).toBe(true)
    })

    test('from onClose after our own close is reported too', async () => {
      const broken = Object.assign(new Recorder(), { onClose: fail })
      await using sockets = await startSockets(listen, () => broken)
      await onePair(sockets)
      broken.open.close(1000, '')
      await eventually(() => sockets.server.errors.length === 1, 'the error')
      expect(sockets.server.errors).toEqual([boom])
    })
  })
}

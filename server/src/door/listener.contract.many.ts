/**
 * @module The listener's contract: many messages that are sent in one call, to a peer who reads. For one who does not, see
 * `listener.contract.slow.ts`.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventually, opcode } from '#door/listener.client.ts'
import { isAlive, onePair, Recorder, startSockets } from '#door/listener.contract.setup.ts'
import type { Listen } from '#door/listener.ts'

export function manyMessagesContract(listen: Listen): void {
  describe('many messages at once', () => {
    test('arrive each for itself and in order, between those before and behind', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      const sizes = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 40 })
      const expected: Buffer[] = []
      await fc.assert(
        fc.asyncProperty(sizes, async (lengths) => {
          const frames = lengths.map((length, at) => new Uint8Array(length).fill(at))
          const before = new Uint8Array([expected.length & 255])
          expected.push(Buffer.from(before), ...frames.map((frame) => Buffer.from(frame)))
          expect(recorder.open.send(before)).toBe('sent')
          expect(recorder.open.sendMany(frames)).toBe('sent')
          await client.of(opcode.binary, expected.length)
        }),
        { numRuns: 40 },
      )
      expect(client.frames.map(({ payload }) => payload)).toEqual(expected)
      expect([recorder.closes, recorder.drains]).toEqual([[], 0])
    })

    test('of some megabytes reach a peer who reads', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      const frame = new Uint8Array(2048)
      const part = Array.from({ length: 32 }, () => frame)
      for (let sent = 0; sent < 2048; sent += part.length) {
        expect(recorder.open.sendMany(part)).not.toBe('closed')
        await client.of(opcode.binary, sent + part.length)
      }
      expect(await isAlive(client)).toBe(true)
      expect(recorder.closes).toEqual([])
    })

    test('may be sent from inside a callback, and closed behind', async () => {
      class Parting extends Recorder {
        override onMessage(): void {
          this.open.sendMany([new Uint8Array([1]), new Uint8Array(), new Uint8Array([2])])
          this.open.close(1000, 'bye')
        }
      }
      await using sockets = await startSockets(listen, () => new Parting())
      const { client } = await onePair(sockets)
      client.send(opcode.binary, 'go')
      await client.of(opcode.close)
      expect(client.frames.map(({ payload }) => [...payload].slice(0, 1))).toEqual([
        [1],
        [],
        [2],
        [3],
      ])
    })

    test('go nowhere once the socket is closed', async () => {
      await using sockets = await startSockets(listen)
      const { client, recorder } = await onePair(sockets)
      expect(recorder.open.sendMany([])).toBe('sent')
      recorder.open.close(4000, '')
      expect(recorder.open.sendMany([new Uint8Array([1])])).toBe('closed')
      expect(recorder.open.sendMany([])).toBe('closed')
      await client.of(opcode.close)
      expect(client.frames.map((frame) => frame.opcode)).toEqual([opcode.close])
      await eventually(() => recorder.closes.length > 0, 'the end')
      expect(recorder.open.sendMany([new Uint8Array([1])])).toBe('closed')
    })
  })
}

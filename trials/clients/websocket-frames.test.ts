import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { encodeClientFrame, FrameError, FrameReader, Opcode } from '#clients/websocket-frames.ts'

type Seen = readonly [kind: string, payload: string, extra?: string | number | boolean]

function reader(): { readonly reader: FrameReader; readonly seen: Seen[] } {
  const seen: Seen[] = []
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')
  return {
    seen,
    reader: new FrameReader({
      onMessage: (payload, isText) => seen.push(['message', text(payload), isText]),
      onPing: (payload) => seen.push(['ping', text(payload)]),
      onPong: (payload) => seen.push(['pong', text(payload)]),
      onClose: (code, reason) => seen.push(['close', reason, code]),
    }),
  }
}

/** What a server sends: the same without a mask. */
function serverFrame(first: number, payload: Uint8Array): Uint8Array {
  const masked = encodeClientFrame(Opcode.binary, payload)
  const head = masked.length - payload.length - 4
  const frame = Buffer.concat([masked.subarray(0, head), payload])
  frame[0] = first
  frame[1] = (masked[1] ?? 0) & 0x7f
  return frame
}

const bytes = (value: string): Uint8Array => Buffer.from(value, 'latin1')

describe('reading', () => {
  test('messages arrive whole however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 130 }),
            fc.uint8Array({ minLength: 65_530, maxLength: 65_540 }),
          ),
          { minLength: 1, maxLength: 5 },
        ),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 }),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map((payload) => serverFrame(0x82, payload)))
          const { reader: frames, seen } = reader()
          let at = 0
          for (let i = 0; at < stream.length; i++) {
            // The chunk's memory is overwritten afterwards, as a runtime may do.
            const chunk = Buffer.from(stream.subarray(at, at + (cuts[i % cuts.length] ?? 1)))
            at += chunk.length
            frames.push(chunk)
            chunk.fill(0xee)
          }
          const expected = payloads.map((p) => [
            'message',
            Buffer.from(p).toString('latin1'),
            false,
          ])
          expect(seen).toEqual(expected)
        },
      ),
      { numRuns: 40 },
    )
  })

  test('a fragmented text is joined, with a ping in between', () => {
    const { reader: frames, seen } = reader()
    frames.push(serverFrame(0x01, bytes('so')))
    frames.push(serverFrame(0x89, bytes('?')))
    frames.push(serverFrame(0x00, bytes('tt')))
    frames.push(serverFrame(0x80, bytes('o')))
    expect(seen).toEqual([
      ['ping', '?'],
      ['message', 'sotto', true],
    ])
  })

  test('a close carries its code and reason, or 1005, and ends the stream', () => {
    const first = reader()
    first.reader.push(serverFrame(0x88, bytes('\x03\xe9Server shutting down')))
    first.reader.push(serverFrame(0x82, bytes('late')))
    expect(first.seen).toEqual([['close', 'Server shutting down', 1001]])
    const second = reader()
    second.reader.push(serverFrame(0x88, bytes('')))
    expect(second.seen).toEqual([['close', '', 1005]])
  })

  test.each([
    ['a reserved bit', Uint8Array.of(0xc2, 0)],
    ['a masked frame', Uint8Array.of(0x82, 0x80, 0, 0, 0, 0)],
    ['an unknown opcode', Uint8Array.of(0x83, 0)],
    ['an unknown control opcode', Uint8Array.of(0x8b, 0)],
    ['a fragmented ping', Uint8Array.of(0x09, 0)],
    ['half a close code', Uint8Array.of(0x88, 1, 3)],
    ['a continuation of nothing', Uint8Array.of(0x80, 0)],
    ['eight exabytes', Uint8Array.of(0x82, 127, 0x7f, 0, 0, 0, 0, 0, 0, 0)],
  ])('%s is refused', (_, frame) => {
    expect(() => reader().reader.push(frame)).toThrow(FrameError)
  })
})

describe('writing', () => {
  test.each([0, 1, 125, 126, 65_535, 65_536])('%i bytes get the shortest length', (length) => {
    const head = length < 126 ? 2 : length < 65_536 ? 4 : 10
    expect(encodeClientFrame(Opcode.binary, new Uint8Array(length)).length).toBe(head + 4 + length)
  })

  test('the mask is laid over the payload (RFC 6455 §5.7)', () => {
    const mask = Uint8Array.of(0x37, 0xfa, 0x21, 0x3d)
    const frame = encodeClientFrame(Opcode.text, bytes('Hello'), mask)
    expect(Buffer.from(frame).toString('hex')).toBe('818537fa213d7f9f4d5158')
  })
})

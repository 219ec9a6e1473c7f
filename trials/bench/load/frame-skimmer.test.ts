import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FrameSkimmer } from '#bench/load/frame-skimmer.ts'

/** As a server writes it. */
function frame(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload
  const head =
    length < 126
      ? [0x80 | opcode, length]
      : length < 0x10000
        ? [0x80 | opcode, 126, length >> 8, length & 0xff]
        : [0x80 | opcode, 127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff]
  return Uint8Array.from([...head, ...payload])
}

function skim(chunks: readonly Uint8Array[]): readonly string[] {
  const seen: string[] = []
  const skimmer = new FrameSkimmer({
    onFrame: (bytes, start, length) => {
      const [first, last] = [bytes?.[start], bytes?.[start + length - 1]]
      seen.push(bytes === undefined || length === 0 ? `${length}` : `${length}: ${first}–${last}`)
    },
    onPing: () => seen.push('ping'),
    onClose: () => seen.push('close'),
  })
  for (const chunk of chunks) skimmer.push(chunk)
  return seen
}

function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const ends = [...places, bytes.length].toSorted((a, b) => a - b)
  // Each a copy, as chunks of a socket are.
  return ends.map((end, i) => bytes.slice(ends[i - 1] ?? 0, end))
}

describe('frames are counted', () => {
  test('when several come in one read, pings and closes among them', () => {
    const bytes = Buffer.concat([
      frame(2, Uint8Array.of(7, 8, 9)),
      frame(9, new Uint8Array()),
      frame(2, new Uint8Array(300).fill(5)),
      frame(2, new Uint8Array()),
      frame(8, Uint8Array.of(3, 232)),
    ])
    expect(skim([bytes])).toEqual(['3: 7–9', 'ping', '300: 5–5', '0', 'close'])
  })

  test('wherever reads cut them', () => {
    const sizes = [0, 1, 125, 126, 127, 300, 5000]
    const bytes = Buffer.concat(sizes.map((size, i) => frame(2, new Uint8Array(size).fill(i))))
    const whole = skim([bytes])
    expect(whole).toHaveLength(sizes.length)
    expect(skim(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole)
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (places) => {
        expect(skim(cut(bytes, places))).toEqual(whole)
      }),
    )
  })

  test('when they are too large to be kept: their lengths alone', () => {
    const bytes = Buffer.concat([
      frame(2, new Uint8Array(70_000)),
      frame(2, Uint8Array.of(1)),
      frame(2, new Uint8Array(20_000)),
      frame(2, Uint8Array.of(2)),
    ])
    const lengths = ['70000', '1', '20000', '2']
    const lengthsOf = (seen: readonly string[]) => seen.map((each) => each.split(':')[0])
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (places) => {
        const seen = lengthsOf(skim(cut(bytes, places)))
        expect(seen).toEqual([lengths[0], '1', lengths[2], '1'])
      }),
    )
  })
})

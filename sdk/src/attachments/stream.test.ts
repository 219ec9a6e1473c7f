import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joined } from '#attachments/pictures/picture.ts'
import {
  bytesOfChunk,
  chunkBytes,
  digestAfter,
  emptyDigest,
  fileBytesOfChunk,
  maxFileBytes,
  openPiece,
  sealChunk,
  shapeOf,
} from '#attachments/stream.ts'
import { fileOf, primitives } from '#attachments/world-for-tests.ts'
import { maxPieceBytes } from '#relay/oblivious/request-sizes.ts'

const key = new Uint8Array(32).fill(7)

function sealFile(file: Uint8Array): readonly Uint8Array[] {
  const shape = shapeOf(file.length)
  if (shape === undefined) throw new Error('too large')
  const padded = joined([file, new Uint8Array(shape.paddedBytes - file.length)])
  return Array.from({ length: shape.chunks }, (_, index) => {
    const from = index * chunkBytes
    const chunk = padded.subarray(from, from + bytesOfChunk(shape, index))
    return sealChunk(primitives, key, { index, of: shape.chunks }, chunk)
  })
}

/** Undefined as soon as one of them does not open. */
function openFile(pieces: readonly Uint8Array[], opener = key): Uint8Array | undefined {
  const chunks: Uint8Array[] = []
  for (const [index, piece] of pieces.entries()) {
    const chunk = openPiece(primitives, opener, { index, of: pieces.length }, piece)
    if (chunk === undefined) return undefined
    chunks.push(chunk)
  }
  return joined(chunks)
}

const digestOf = (pieces: readonly Uint8Array[]): Uint8Array =>
  pieces.reduce((before, piece) => digestAfter(primitives, before, piece), emptyDigest())

// Computed with nothing of ours: ChaCha20-Poly1305 and SHA-256 of OpenSSL, by the table in stream.ts.
test('a file that was sealed today opens for ever', () => {
  const pieces = sealFile(fileOf(150_000))
  expect(pieces.map((piece) => [piece.length, primitives.sha256(piece).toHex()])).toEqual([
    [61_440, '86ad55d5482f8321ae1b5b1f3a48ee8b60214cab55ab81e040ec001dbe03d920'],
    [61_440, 'e74effdff15df35c1028b63f9b739b77b3a135903692a508df39fb5d32b414dc'],
    [28_720, '3a02cd6eff6564567c3c4e80575e1a29cb7da04e48ecd889dcefc9baac17e700'],
  ])
  expect(digestOf(pieces).toHex()).toBe(
    'c6256c431257169d36be8439006bfa10378217622fa55f49743585dac947627f',
  )
  expect(sealFile(new TextEncoder().encode('sotto')).map((piece) => piece.toHex())).toEqual([
    '9a782762a9967a2c09e8574b67b11b2018093f1e48',
  ])
})

test('any file opens, and behind it are zeros', () => {
  const near = [0, 1, 2].flatMap((chunks) => [-17, -16, -1, 0, 1, 16].map((by) => [chunks, by]))
  const sizes = near.map(([chunks = 0, by = 0]) => Math.max(0, chunks * chunkBytes + by))
  for (const size of [...sizes, 0, 1, 5, 1000, maxPieceBytes, 60_416, 122_880, 300_000]) {
    const file = fileOf(size)
    const pieces = sealFile(file)
    expect(pieces.every((piece) => piece.length <= maxPieceBytes)).toBe(true)
    expect(pieces.slice(0, -1).every((piece) => piece.length === maxPieceBytes)).toBe(true)
    const opened = openFile(pieces)
    expect([size, opened?.subarray(0, size)]).toEqual([size, file])
    expect(opened?.subarray(size).every((byte) => byte === 0)).toBe(true)
  }
})

test('the shape of a file adds up', () => {
  fc.assert(
    fc.property(fc.nat(maxFileBytes), (size) => {
      const shape = shapeOf(size)
      if (shape === undefined) throw new Error('no shape')
      const indices = Array.from({ length: shape.chunks }, (_, index) => index)
      const sum = (of: (index: number) => number): number =>
        indices.reduce((before, index) => before + of(index), 0)
      expect(sum((index) => bytesOfChunk(shape, index))).toBe(shape.paddedBytes)
      expect(sum((index) => fileBytesOfChunk(shape, index))).toBe(size)
      expect(shape.paddedBytes).toBeLessThanOrEqual(maxFileBytes)
    }),
  )
  for (const size of [-1, 0.5, Number.NaN, maxFileBytes + 1]) expect(shapeOf(size)).toBeUndefined()
})

const four = sealFile(fileOf(4 * chunkBytes - 5000))
const [first = key, second = key, third = key, last = key] = four

test('a file that was cut does not open, wherever it was cut', () => {
  expect(openFile(four)).toBeDefined()
  expect(openFile([])).toEqual(new Uint8Array())
  expect(openFile(four.slice(0, 1))).toBeUndefined()
  expect(openFile(four.slice(0, 3))).toBeUndefined()
  expect(openFile(four.slice(1))).toBeUndefined()
  expect(openFile([first, second, third, last.subarray(0, -1)])).toBeUndefined()
  expect(openFile([first.subarray(0, 15)])).toBeUndefined()
})

test('a file that was lengthened does not open', () => {
  expect(openFile([...four, last])).toBeUndefined()
  expect(openFile([...four, first])).toBeUndefined()
  expect(openFile([first, second, third, joined([last, Uint8Array.of(0)])])).toBeUndefined()
  expect(openFile([joined([first, first])])).toBeUndefined()
})

test('pieces open at their own places only, under their own key', () => {
  expect(openFile([second, first, third, last])).toBeUndefined()
  expect(openFile([first, second, second, last])).toBeUndefined()
  expect(openFile([first, last])).toBeUndefined()
  const other = new Uint8Array(32).fill(8)
  expect(openFile(four, other)).toBeUndefined()
  fc.assert(
    fc.property(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 6 }), (own, at, of) => {
      const chunk = fileOf(20)
      const piece = sealChunk(primitives, key, { index: own, of: 6 }, chunk)
      const opened = openPiece(primitives, key, { index: at, of }, piece)
      const isSame = own === at && (own === 5) === (at === of - 1)
      expect(opened).toEqual(isSame ? chunk : undefined)
    }),
  )
})

test('a piece of which any bit is changed does not open', () => {
  const piece = sealChunk(primitives, key, { index: 0, of: 1 }, fileOf(40))
  for (const at of piece.keys()) {
    const changed = Uint8Array.from(piece)
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
    expect(openPiece(primitives, key, { index: 0, of: 1 }, changed)).toBeUndefined()
  }
})

test('digests tell files apart that differ in a bit, in order, or in where they are cut', () => {
  const of = (...pieces: readonly Uint8Array[]): string => digestOf(pieces).toHex()
  const changed = Uint8Array.from(second)
  changed[9] = (changed[9] ?? 0) ^ 1
  const digests = [
    ...[of(), of(first), of(first, second), of(second, first), of(first, changed)],
    ...[of(joined([first, second])), of(first, second, new Uint8Array()), of(first, first)],
  ]
  expect(new Set(digests).size).toBe(digests.length)
})

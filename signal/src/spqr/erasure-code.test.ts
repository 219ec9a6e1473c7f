import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addChunk,
  type Chunk,
  chunkBytes,
  type Decoder,
  nextChunk,
  startDecoder,
  startEncoder,
} from '#spqr/erasure-code.ts'
import { divide, multiply } from '#spqr/gf65536.ts'
import { hex } from '#spqr/spqr-for-tests.ts'

const counting = Uint8Array.from({ length: 96 }, (_, i) => i)
const patterned = Uint8Array.from({ length: 1152 }, (_, i) => 7 * i + (i >> 8))

function chunkAt(message: Uint8Array, index: number): Chunk {
  return nextChunk({ message, nextIndex: index }).chunk
}

function decode(bytes: number, chunks: readonly Chunk[]): Uint8Array | undefined {
  let decoder: Decoder = startDecoder(bytes)
  for (const chunk of chunks) {
    const added = addChunk(decoder, chunk)
    if (added instanceof Uint8Array) return added
    decoder = added
  }
  return undefined
}

/** Lagrange's formula as it stands in books. */
function parityWord(message: Uint8Array, column: number, at: number): number {
  const count = message.length / chunkBytes
  let value = 0
  for (let i = 0; i < count; i++) {
    const from = chunkBytes * i + 2 * column
    let term = ((message[from] ?? 0) << 8) | (message[from + 1] ?? 0)
    for (let m = 0; m < count; m++) if (m !== i) term = divide(multiply(term, at ^ m), i ^ m)
    value ^= term
  }
  return value
}

describe('chunks', () => {
  test('are the message itself, and then those of the vectors', () => {
    for (const index of [0, 1, 2]) {
      expect(chunkAt(counting, index).data).toEqual(
        counting.slice(chunkBytes * index, chunkBytes * (index + 1)),
      )
    }
    const vectors: readonly [Uint8Array, number, string][] = [
      [counting, 3, '606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f'],
      [counting, 4, '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f'],
      [counting, 65535, 'cde1cfe3c9e5cbe7c5e9c7ebc1edc3efddf1dff3d9f5dbf7d5f9d7fbd1fdd3ff'],
      [patterned, 36, '2e59384b8556aeb5393a6003720de6edf4fbc77ebac5fba02c3348f1e29dfc8f'],
      [patterned, 100, '81a74b03a12e9fcd7157d7fc2c4c8b7eae926253dce04ed134586436bcdc2823'],
      [
        patterned.slice(0, 960),
        30,
        '434a51585f666d7479828990979ea5acb3bac1c8cfd6dde4ebf2fb00070e151c',
      ],
      [
        patterned.slice(0, 160),
        5,
        '537a5d684c9e8a91989f95b087a6c2c9d0d7dde5dfeeca1c080f161d17360124',
      ],
    ]
    for (const [message, index, data] of vectors) {
      expect({ index, data: hex(chunkAt(message, index).data) }).toEqual({ index, data })
    }
  })

  test('have the values of the polynomials', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 160, maxLength: 160 }),
        fc.integer({ min: 5, max: 0xffff }),
        (message, index) => {
          const { data } = chunkAt(message, index)
          for (let column = 0; column < 16; column++) {
            const word = ((data[2 * column] ?? 0) << 8) | (data[2 * column + 1] ?? 0)
            expect(word).toBe(parityWord(message, column, index))
          }
        },
      ),
    )
  })

  test('are numbered from 0 to 65,535, and then from 0 again', () => {
    let encoder = startEncoder(counting)
    const copy = counting.slice()
    for (let sent = 0; sent < 65_540; sent++) {
      const next = nextChunk(encoder)
      if (next.chunk.index !== sent % 65_536) throw new Error(`${next.chunk.index} after ${sent}`)
      encoder = next.encoder
    }
    expect(nextChunk(encoder).chunk).toEqual({ index: 4, data: chunkAt(counting, 4).data })
    expect(counting).toEqual(copy)
  })

  test('share no memory with the message', () => {
    const message = counting.slice()
    nextChunk(startEncoder(message)).chunk.data.fill(0xff)
    expect(message).toEqual(counting)
  })

  test('are made of whole chunks only', () => {
    for (const length of [0, 1, 31, 33, 95]) {
      expect(() => startEncoder(new Uint8Array(length))).toThrow(RangeError)
    }
  })
})

describe('a decoder', () => {
  test('restores the message from the chunks of the vector', () => {
    expect(
      decode(
        96,
        [4, 1, 65_535].map((index) => chunkAt(counting, index)),
      ),
    ).toEqual(counting)
  })

  test('restores a message of every length in use from any chunks, in any order, and not from fewer', () => {
    const message = fc
      .constantFrom(96, 160, 960, 1152)
      .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
    const indexes = fc.uniqueArray(fc.oneof(fc.nat(40), fc.nat(0xffff)), {
      minLength: 36,
      maxLength: 36,
    })
    fc.assert(
      fc.property(message, indexes, (bytes, drawn) => {
        const needed = bytes.length / chunkBytes
        const chunks = drawn.slice(0, needed).map((index) => chunkAt(bytes, index))
        expect(decode(bytes.length, chunks.slice(1))).toBeUndefined()
        expect(decode(bytes.length, chunks)).toEqual(bytes)
      }),
    )
  })

  test('keeps the first of chunks with one index, and does not count the others', () => {
    const [first, second, third] = [0, 1, 2].map((index) => chunkAt(counting, index)) as [
      Chunk,
      Chunk,
      Chunk,
    ]
    const spoilt = { index: 0, data: new Uint8Array(32).fill(0xee) }
    expect(decode(96, [first, spoilt, first, second, second])).toBeUndefined()
    expect(decode(96, [first, spoilt, second, third])).toEqual(counting)
  })

  test('is not changed by what is added to it', () => {
    const before = startDecoder(96)
    const one = addChunk(before, chunkAt(counting, 7))
    if (one instanceof Uint8Array) throw new Error('Complete with one chunk')
    const two = addChunk(one, chunkAt(counting, 2))
    expect(before.chunks).toHaveLength(0)
    expect(one.chunks.map(({ index }) => index)).toEqual([7])
    expect(!(two instanceof Uint8Array) && two.chunks.map(({ index }) => index)).toEqual([2, 7])
  })
})

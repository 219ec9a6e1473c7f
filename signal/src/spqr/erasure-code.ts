/**
 * @module The erasure code of the braid: a byte string of 32·n bytes becomes an endless stream of chunks, any n of which
 * give it back.
 *
 * | chunk k | 16 big-endian words of 16 bits |
 * |---|---|
 * | k < n | bytes 32k … 32k + 31 of the message |
 * | n ≤ k ≤ 65,535 | f_0(k) … f_15(k) |
 *
 * f_j is the polynomial of degree < n over GF(2^16) whose value at x is word j of chunk x, for x = 0 … n - 1.
 */
import { fieldTables, groupOrder } from '#spqr/gf65536.ts'

export const chunkBytes = 32
export const maxChunkIndex = 0xffff

const wordsPerChunk = chunkBytes / 2

export interface Chunk {
  readonly index: number
  /** 32 bytes. */
  readonly data: Uint8Array
}

export interface Encoder {
  /** A multiple of 32 bytes. */
  readonly message: Uint8Array
  /** The index of the chunk to come. After 65,535 it is 0 again. */
  readonly nextIndex: number
}

export interface Decoder {
  /** n. */
  readonly needed: number
  /** Fewer than n, by ascending index. */
  readonly chunks: readonly Chunk[]
}

export function startEncoder(message: Uint8Array): Encoder {
  if (message.length === 0 || message.length % chunkBytes !== 0) {
    throw new RangeError(`Cannot encode message: ${message.length} bytes are no whole chunks`)
  }
  return { message, nextIndex: 0 }
}

export function nextChunk(encoder: Encoder): { readonly chunk: Chunk; readonly encoder: Encoder } {
  const { message, nextIndex: index } = encoder
  const count = message.length / chunkBytes
  const data =
    index < count
      ? message.slice(chunkBytes * index, chunkBytes * (index + 1))
      : parityChunk(message, count, index)
  return {
    chunk: { index, data },
    encoder: { message, nextIndex: (index + 1) & maxChunkIndex },
  }
}

export function startDecoder(messageBytes: number): Decoder {
  return { needed: messageBytes / chunkBytes, chunks: [] }
}

/** What the stream is with one chunk more: complete, or a decoder that waits for others. A repeat changes nothing. */
export function addChunk(decoder: Decoder, chunk: Chunk): Decoder | Uint8Array {
  const { needed, chunks } = decoder
  let at = chunks.length
  while (at > 0 && (chunks[at - 1] as Chunk).index > chunk.index) at--
  if (at > 0 && (chunks[at - 1] as Chunk).index === chunk.index) return decoder
  const held = [...chunks.slice(0, at), chunk, ...chunks.slice(at)]
  return held.length < needed ? { needed, chunks: held } : restore(held)
}

/** The message out of n chunks: systematic ones as they are, the others from the polynomials through all of them. */
function restore(chunks: readonly Chunk[]): Uint8Array {
  const count = chunks.length
  const message = new Uint8Array(chunkBytes * count)
  const missing = new Set(Array.from(chunks, (_, index) => index))
  for (const { index, data } of chunks) {
    if (index < count) message.set(data, chunkBytes * index)
    missing.delete(index)
  }
  if (missing.size === 0) return message

  const abscissas = chunks.map((chunk) => chunk.index)
  const values = new Uint8Array(chunkBytes * count)
  chunks.forEach((chunk, i) => values.set(chunk.data, chunkBytes * i))
  const denominators = denominatorLogarithms(abscissas)
  for (const index of missing) {
    message.set(interpolate(abscissas, denominators, values, index), chunkBytes * index)
  }
  return message
}

function parityChunk(message: Uint8Array, count: number, index: number): Uint8Array {
  const abscissas = Array.from({ length: count }, (_, i) => i)
  return interpolate(abscissas, denominatorLogarithms(abscissas), message, index)
}

/** Of Π (x_i - x_m) over all m ≠ i, for every i. */
function denominatorLogarithms(abscissas: readonly number[]): readonly number[] {
  const { logarithms } = fieldTables()
  return abscissas.map((x) => {
    let sum = 0
    for (const other of abscissas) if (other !== x) sum += logarithms[x ^ other] as number
    return sum % groupOrder
  })
}

/**
 * The values at `at`, which is none of the abscissas, by Lagrange: each value weighs
 * Π (at - x_m) / (at - x_i) / Π (x_i - x_m), the same in all 16 columns.
 */
function interpolate(
  abscissas: readonly number[],
  denominators: readonly number[],
  values: Uint8Array,
  at: number,
): Uint8Array {
  const { powers, logarithms } = fieldTables()
  let product = 0
  for (const x of abscissas) product += logarithms[at ^ x] as number
  product %= groupOrder

  const words = new Uint16Array(wordsPerChunk)
  for (let i = 0; i < abscissas.length; i++) {
    const x = abscissas[i] as number
    const weight =
      (product + 2 * groupOrder - (logarithms[at ^ x] as number) - (denominators[i] as number)) %
      groupOrder
    for (let j = 0; j < wordsPerChunk; j++) {
      const from = chunkBytes * i + 2 * j
      const word = ((values[from] as number) << 8) | (values[from + 1] as number)
      if (word === 0) continue
      const term = powers[weight + (logarithms[word] as number)] as number
      words[j] = (words[j] as number) ^ term
    }
  }

  const data = new Uint8Array(chunkBytes)
  for (let j = 0; j < wordsPerChunk; j++) {
    const word = words[j] as number
    data[2 * j] = word >> 8
    data[2 * j + 1] = word
  }
  return data
}

/**
 * @module What tests send to parsers and to whatever opens seals.
 */

/** A copy for each byte of `bytes`, with every bit of that byte turned over. */
export function* withEachByteFlipped(bytes: Uint8Array): Generator<Uint8Array> {
  for (const at of bytes.keys()) yield withByteFlipped(bytes, at, 0xff)
}

/** A copy for each bit, with that bit turned over. */
export function* withEachBitFlipped(bytes: Uint8Array): Generator<Uint8Array> {
  for (const at of bytes.keys()) {
    for (let bit = 0; bit < 8; bit++) yield withByteFlipped(bytes, at, 1 << bit)
  }
}

/** Every beginning, from nothing to all but the last byte. */
export function* truncationsOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (const length of bytes.keys()) yield bytes.slice(0, length)
}

/** Hands out what it is told to, so that recorded exchanges come out again. */
export function replay(...values: readonly Uint8Array[]): (length: number) => Uint8Array {
  const queue = [...values]
  return (length) => {
    const value = queue.shift()
    if (value?.length !== length) throw new RangeError('Cannot replay randomness: none left')
    return value
  }
}

/** Different bytes at each call, and the same ones in each run. */
export function countingRandom(): (length: number) => Uint8Array {
  let calls = 0
  return (length) => {
    calls++
    return Uint8Array.from({ length }, (_, at) => (calls * 61 + at * 7) & 0xff)
  }
}

/** A copy that is as treacherous as Node's Buffer: a `slice` of it is a view. */
export function bufferOf(bytes: Uint8Array): Uint8Array {
  return SharingBytes.from(bytes)
}

class SharingBytes extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end)
  }
}

function withByteFlipped(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ mask
  return copy
}

/**
 * @module Bytes that come in pieces of any length and are taken in pieces of another.
 */
export interface ByteQueue {
  readonly length: () => number
  readonly push: (piece: Uint8Array) => void
  /** The first so many, as a copy; no more than there are. */
  readonly take: (count: number) => Uint8Array
}

export function byteQueue(): ByteQueue {
  const pieces: Uint8Array[] = []
  let total = 0
  return {
    length: () => total,
    push(piece) {
      if (piece.length === 0) return
      pieces.push(piece)
      total += piece.length
    },
    take(count) {
      if (count > total) throw new RangeError(`Cannot take ${count} bytes: there are ${total}`)
      const taken = new Uint8Array(count)
      let at = 0
      let whole = 0
      while (at < count) {
        const piece = pieces[whole] ?? new Uint8Array(0)
        const part = piece.subarray(0, count - at)
        taken.set(part, at)
        at += part.length
        if (part.length === piece.length) whole++
        else pieces[whole] = piece.subarray(part.length)
      }
      pieces.splice(0, whole)
      total -= count
      return taken
    },
  }
}

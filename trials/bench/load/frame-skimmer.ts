/**
 * @module Counts a server's WebSocket frames without putting messages together: a load generator that shares its machine
 * with the relay must not spend its time on copies. Frames that a read has cut in two are kept when they are small.
 */

export interface SkimmedFrames {
  /**
   * A whole data frame of `length` bytes at `start`, valid during the call only. Of a large one that was cut in two only
   * the length is known: `bytes` is undefined.
   */
  onFrame(bytes: Uint8Array | undefined, start: number, length: number): void
  onPing(): void
  onClose(): void
}

/** Frames up to this size are put together when they were cut. */
const maxKeptBytes = 16 * 1024
const maxHeadBytes = 10
const pingOpcode = 0x9
const closeOpcode = 0x8

export class FrameSkimmer {
  readonly #frames: SkimmedFrames
  #partial: Uint8Array | undefined
  #partialBytes = 0
  #skipped = 0

  constructor(frames: SkimmedFrames) {
    this.#frames = frames
  }

  push(chunk: Uint8Array): void {
    const { length } = chunk
    let at = Math.min(this.#skipped, length)
    this.#skipped -= at
    if (this.#partialBytes > 0) at = this.#complete(chunk, at)
    while (at < length) {
      const head = headBytes(chunk, at, length)
      const total = head === 0 ? 0 : head + payloadBytes(chunk, at)
      if (head === 0 || at + total > length) return this.#keep(chunk, at, head, total)
      this.#emit(chunk, at, head, total - head)
      at += total
    }
  }

  /** Fills up the frame that the last read cut. Returns where the next one begins. */
  #complete(chunk: Uint8Array, start: number): number {
    let at = start
    while (this.#partialBytes > 0 && at < chunk.length) {
      const partial = this.#partial ?? new Uint8Array()
      const head = headBytes(partial, 0, this.#partialBytes)
      const total = head === 0 ? this.#partialBytes + 1 : head + payloadBytes(partial, 0)
      if (head > 0 && total > maxKeptBytes) {
        this.#emit(undefined, 0, 0, total - head)
        this.#skipped = total - this.#partialBytes
        this.#partialBytes = 0
        const skipped = Math.min(this.#skipped, chunk.length - at)
        this.#skipped -= skipped
        return at + skipped
      }
      const taken = Math.min(total - this.#partialBytes, chunk.length - at)
      partial.set(chunk.subarray(at, at + taken), this.#partialBytes)
      this.#partialBytes += taken
      at += taken
      if (head === 0 || this.#partialBytes < total) continue
      this.#partialBytes = 0
      this.#emit(partial, 0, head, total - head)
    }
    return at
  }

  #keep(chunk: Uint8Array, at: number, head: number, total: number): void {
    const rest = chunk.length - at
    if (head > 0 && total > maxKeptBytes) {
      this.#emit(undefined, 0, 0, total - head)
      this.#skipped = total - rest
      return
    }
    this.#partial ??= new Uint8Array(maxKeptBytes + maxHeadBytes)
    this.#partial.set(chunk.subarray(at))
    this.#partialBytes = rest
  }

  #emit(bytes: Uint8Array | undefined, at: number, head: number, length: number): void {
    const opcode = (bytes?.[at] ?? 0) & 0x0f
    if (opcode === pingOpcode) this.#frames.onPing()
    else if (opcode === closeOpcode) this.#frames.onClose()
    else this.#frames.onFrame(bytes, at + head, length)
  }
}

/** Of the head of the frame at `at`; 0 while it is incomplete. */
function headBytes(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 2) return 0
  const short = (bytes[at + 1] ?? 0) & 0x7f
  const head = short < 126 ? 2 : short === 126 ? 4 : maxHeadBytes
  return end - at < head ? 0 : head
}

function payloadBytes(bytes: Uint8Array, at: number): number {
  const short = (bytes[at + 1] ?? 0) & 0x7f
  if (short < 126) return short
  let length = 0
  const width = short === 126 ? 2 : 8
  for (let i = 0; i < width; i++) length = length * 256 + (bytes[at + 2 + i] ?? 0)
  return length
}

/**
 * @module Reading numbers and byte strings one after the other from bytes that may be hostile. Nothing throws: the first
 * thing that is wrong sets `failed`, and from then on everything read is zero or empty. So a parser reads to the end and
 * looks at `failed` once.
 */

/** A uint64 in groups of seven bits. */
const maxVarintBytes = 10

export class ByteReader {
  failed = false

  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined || this.failed) return this.fail()
    this.#at++
    return byte
  }

  /** An unsigned LEB128 number of at most 10 bytes, minimal or not. More than `max` is a failure. */
  varint(max: number): number {
    let value = 0
    for (let i = 0; i < maxVarintBytes; i++) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (value > max) return this.fail()
      if (byte < 0x80) return value
    }
    return this.fail()
  }

  /** The same, but only as our own writer spells it: without idle zeros at the end. */
  minimalVarint(max: number): number {
    const start = this.#at
    const value = this.varint(max)
    if (this.#at - start > 1 && this.#bytes[this.#at - 1] === 0) return this.fail()
    return value
  }

  /** A view of the bytes that follow. */
  take(count: number): Uint8Array {
    if (this.failed || count > this.#bytes.length - this.#at) {
      this.fail()
      return new Uint8Array(0)
    }
    this.#at += count
    return this.#bytes.subarray(this.#at - count, this.#at)
  }

  fail(): 0 {
    this.failed = true
    return 0
  }
}

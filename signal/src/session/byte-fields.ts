/**
 * @module Fields of fixed width one after the other, for what this package stores. Numbers are big-endian.
 */

/** Reads views into what it was given. The first thing that is wrong sets `failed`; the rest is empty or 0. */
export class FieldReader {
  failed = false
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  bytes(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) this.failed = true
    if (this.failed) return new Uint8Array()
    const view = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return view
  }

  byte(): number {
    const value = this.failed ? undefined : this.#bytes[this.#at]
    if (value === undefined) {
      this.failed = true
      return 0
    }
    this.#at++
    return value
  }

  uint16(): number {
    const high = this.byte()
    return high * 0x100 + this.byte()
  }

  uint32(): number {
    const high = this.uint16()
    return high * 0x10000 + this.uint16()
  }

  uint48(): number {
    const high = this.uint16()
    return high * 0x100000000 + this.uint32()
  }

  /** 0 or 1. */
  flag(): boolean {
    const value = this.byte()
    if (value > 1) this.failed = true
    return value === 1
  }

  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at)
  }

  /** True if everything was read and nothing was wrong. */
  isDone(): boolean {
    return !this.failed && this.#at === this.#bytes.length
  }
}

/** Writes into a buffer that the caller has measured. */
export class FieldWriter {
  readonly bytes: Uint8Array
  #at = 0

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  byte(value: number): void {
    this.bytes[this.#at++] = value
  }

  uint16(value: number): void {
    this.byte(value >>> 8)
    this.byte(value)
  }

  uint32(value: number): void {
    this.uint16(value >>> 16)
    this.uint16(value)
  }

  uint48(value: number): void {
    this.uint16(Math.floor(value / 0x100000000))
    this.uint32(value % 0x100000000)
  }

  flag(value: boolean): void {
    this.byte(value ? 1 : 0)
  }
}

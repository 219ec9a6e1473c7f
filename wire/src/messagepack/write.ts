/**
 * @module Writes MessagePack, each value in its shortest form, into a buffer that grows.
 */

/** What TextEncoder is in every runtime; this package compiles without their libraries. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

const utf8 = new TextEncoder()

const firstCapacity = 256

export class MessagePackWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #view: DataView
  #at = 0

  constructor(capacity = firstCapacity) {
    this.#bytes = new Uint8Array(Math.max(capacity, 16))
    this.#view = new DataView(this.#bytes.buffer)
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at)
  }

  nil(): void {
    this.#byte(0xc0)
  }

  flag(value: boolean): void {
    this.#byte(value ? 0xc3 : 0xc2)
  }

  mapHeader(entries: number): void {
    this.#header(entries, 0x80, 0xde)
  }

  arrayHeader(elements: number): void {
    this.#header(elements, 0x90, 0xdc)
  }

  text(value: string): void {
    const bytes = utf8.encode(value)
    if (bytes.length <= 0x1f) this.#byte(0xa0 | bytes.length)
    else this.#length(bytes.length, 0xd9)
    this.raw(bytes)
  }

  /** A safe integer. */
  integer(value: number): void {
    if (!Number.isSafeInteger(value)) {
      throw new RangeError('Cannot write an integer: not a safe one, required a safe one')
    }
    if (value >= 0) this.#unsigned(value)
    else this.#negative(value)
  }

  bin(value: Uint8Array): void {
    this.#length(value.length, 0xc4)
    this.raw(value)
  }

  /** Bytes as an array of small integers, as Mobium writes them. */
  intArray(value: Uint8Array): void {
    this.arrayHeader(value.length)
    this.#reserve(2 * value.length)
    const bytes = this.#bytes
    let at = this.#at
    // Most of what a relay writes. The prefix is overwritten where it is not needed: random bytes take no branch well.
    for (let i = 0; i < value.length; i++) {
      const byte = value[i] as number // in bounds: i counts them
      bytes[at] = 0xcc
      at += byte >> 7
      bytes[at++] = byte
    }
    this.#at = at
  }

  /** What is MessagePack already. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length)
    this.#bytes.set(value, this.#at)
    this.#at += value.length
  }

  #unsigned(value: number): void {
    if (value <= 0x7f) {
      this.#byte(value)
    } else if (value <= 0xff) {
      this.#byte(0xcc)
      this.#byte(value)
    } else if (value <= 0xffff) {
      this.#byte(0xcd)
      this.#uint16(value)
    } else if (value <= 0xffff_ffff) {
      this.#byte(0xce)
      this.#uint32(value)
    } else {
      this.#byte(0xcf)
      this.#uint32(Math.floor(value / 0x1_0000_0000))
      this.#uint32(value >>> 0)
    }
  }

  #negative(value: number): void {
    if (value >= -0x20) {
      this.#byte(value & 0xff)
    } else if (value >= -0x80) {
      this.#byte(0xd0)
      this.#byte(value & 0xff)
    } else if (value >= -0x8000) {
      this.#byte(0xd1)
      this.#uint16(value & 0xffff)
    } else if (value >= -0x8000_0000) {
      this.#byte(0xd2)
      this.#uint32(value >>> 0)
    } else {
      this.#byte(0xd3)
      this.#reserve(8)
      this.#view.setBigInt64(this.#at, BigInt(value))
      this.#at += 8
    }
  }

  #header(count: number, short: number, long: number): void {
    if (count <= 0x0f) {
      this.#byte(short | count)
    } else if (count <= 0xffff) {
      this.#byte(long)
      this.#uint16(count)
    } else {
      this.#byte(long + 1)
      this.#uint32(count)
    }
  }

  #length(length: number, first: number): void {
    if (length <= 0xff) {
      this.#byte(first)
      this.#byte(length)
    } else if (length <= 0xffff) {
      this.#byte(first + 1)
      this.#uint16(length)
    } else {
      this.#byte(first + 2)
      this.#uint32(length)
    }
  }

  #byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#at++] = value
  }

  #uint16(value: number): void {
    this.#reserve(2)
    this.#view.setUint16(this.#at, value)
    this.#at += 2
  }

  #uint32(value: number): void {
    this.#reserve(4)
    this.#view.setUint32(this.#at, value)
    this.#at += 4
  }

  #reserve(more: number): void {
    const needed = this.#at + more
    if (needed <= this.#bytes.length) return
    const bytes = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    bytes.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

/**
 * @module Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), as much of it as our messages use:
 * a reader that takes hostile bytes and a writer into a buffer of known size. Messages stand in files of their own.
 *
 * | wire type | value |
 * |---|---|
 * | 0 | varint: seven bits a byte, least significant first, ten bytes at most |
 * | 1 | eight bytes |
 * | 2 | a varint length, then as many bytes |
 * | 3, 4 | start and end of a group; read over, never written |
 * | 5 | four bytes |
 */
import { uuidBytes } from '#ids.ts'

const varintType = 0
const fixed64Type = 1
const lengthType = 2

/** A tag is a uint32. */
const maxTagBytes = 5

/** How deep groups of unknown fields may nest, as in every official implementation. */
const maxGroupDepth = 100

/** What TextDecoder is in every runtime; this package compiles without their libraries. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Longer texts are decoded by the runtime, shorter ones here if they are ASCII. */
const shortTextBytes = 64

/**
 * Reads fields one after the other and never throws: the first thing that is wrong sets `failed`, and from then on
 * there are no more fields. So a decoder reads to the end and looks at `failed` once.
 */
export class ProtobufReader {
  failed = false
  /** Of the field that `next` has found. */
  fieldNumber = 0
  wireType = 0

  readonly #bytes: Uint8Array
  #at = 0
  #end: number
  /** The varint read last, as two unsigned words. */
  #low = 0
  #high = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  /** Moves to the next field of this message. False at its end, and after a failure. */
  next(): boolean {
    if (this.failed || this.#at >= this.#end) return false
    const start = this.#at
    this.#varint()
    this.fieldNumber = this.#low >>> 3
    this.wireType = this.#low & 7
    const isTag = this.#at - start <= maxTagBytes && this.#high === 0 && this.fieldNumber !== 0
    if (!isTag) this.#fail()
    return !this.failed
  }

  /** An int32 or an open enum: the low 32 bits. */
  int32(): number {
    this.#expect(varintType)
    this.#varint()
    return this.#low | 0
  }

  /** A uint64. Exact up to 2^53. */
  uint64(): number {
    this.#expect(varintType)
    this.#varint()
    return this.#high * 2 ** 32 + this.#low
  }

  /** A fixed64: eight bytes, little-endian. Exact up to 2^53. */
  fixed64(): number {
    this.#expect(fixed64Type)
    const start = this.#at
    this.#advance(8)
    return this.failed ? 0 : this.#word(start + 4) * 2 ** 32 + this.#word(start)
  }

  /** A view into the message's own bytes. */
  bytes(): Uint8Array {
    const length = this.#length()
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  /** A string; bytes that are not UTF-8 are a failure. */
  text(): string {
    const view = this.bytes()
    if (view.length <= shortTextBytes) {
      let text = ''
      for (let i = 0; i < view.length; i++) {
        const byte = view[i] as number
        if (byte > 0x7f) return this.#decode(view)
        text += String.fromCharCode(byte)
      }
      return text
    }
    return this.#decode(view)
  }

  /** Steps into a message; what it returns goes to `leave` when `next` has said that the message is over. */
  enter(): number {
    const length = this.#length()
    const outerEnd = this.#end
    this.#end = this.#at + length
    return outerEnd
  }

  leave(outerEnd: number): void {
    this.#end = outerEnd
  }

  /** Reads over a field that nobody asked for. */
  skip(): void {
    this.#skip(this.fieldNumber, this.wireType, maxGroupDepth)
  }

  #skip(fieldNumber: number, wireType: number, depth: number): void {
    switch (wireType) {
      case 0:
        return this.#varint()
      case 1:
        return this.#advance(8)
      case 2:
        this.#varint()
        return this.#high === 0 ? this.#advance(this.#low) : this.#fail()
      case 3:
        return this.#skipGroup(fieldNumber, depth)
      case 5:
        return this.#advance(4)
      default:
        return this.#fail()
    }
  }

  #skipGroup(fieldNumber: number, depth: number): void {
    if (depth === 0) return this.#fail()
    while (this.next()) {
      if (this.wireType === 4) {
        if (this.fieldNumber !== fieldNumber) this.#fail()
        return
      }
      this.#skip(this.fieldNumber, this.wireType, depth - 1)
    }
    this.#fail()
  }

  #expect(wireType: number): void {
    if (this.wireType !== wireType) this.#fail()
  }

  /** The length of what follows; 0 after a failure. */
  #length(): number {
    this.#expect(lengthType)
    this.#varint()
    if (!this.failed && this.#high === 0 && this.#low <= this.#end - this.#at) return this.#low
    this.#fail()
    return 0
  }

  #advance(count: number): void {
    if (count > this.#end - this.#at) this.#fail()
    else this.#at += count
  }

  /** Four bytes, little-endian, unsigned. */
  #word(at: number): number {
    const b = this.#bytes
    const low = (b[at] as number) | ((b[at + 1] as number) << 8) | ((b[at + 2] as number) << 16)
    return (low | ((b[at + 3] as number) << 24)) >>> 0
  }

  #varint(): void {
    this.#low = 0
    this.#high = 0
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#at >= this.#end) return this.#fail()
      const byte = this.#bytes[this.#at++] as number
      const bits = byte & 0x7f
      if (shift < 28) this.#low |= bits << shift
      else if (shift === 28) {
        this.#low = (this.#low | (bits << 28)) >>> 0
        this.#high = bits >>> 4
      } else if (shift === 63 && byte > 1) return this.#fail()
      else this.#high = (this.#high | (bits << (shift - 32))) >>> 0
      if (byte < 0x80) return
    }
  }

  #decode(view: Uint8Array): string {
    try {
      return utf8.decode(view)
    } catch {
      this.#fail()
      return ''
    }
  }

  #fail(): void {
    this.failed = true
    this.#low = 0
    this.#high = 0
  }
}

/** How many bytes a varint of this unsigned number takes. */
export function varintBytes(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`Cannot encode unsigned integer: ${value} is not between 0 and 2^53 - 1`)
  }
  let count = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) count++
  return count
}

/** How many bytes an int32 takes: a negative one is written as its 64-bit two's complement. */
export function int32Bytes(value: number): number {
  if ((value | 0) !== value) throw new RangeError(`Cannot encode int32: ${value} is not one`)
  return value < 0 ? 10 : varintBytes(value)
}

/** Writes into a buffer that the caller has measured; every method moves on behind what it wrote. */
export class ProtobufWriter {
  readonly bytes: Uint8Array
  #at = 0

  constructor(size: number) {
    this.bytes = new Uint8Array(size)
  }

  /** One byte as it is: a tag, or a length below 128. */
  byte(value: number): void {
    this.bytes[this.#at++] = value
  }

  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.#at++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.bytes[this.#at++] = rest
  }

  int32(value: number): void {
    if (value >= 0) return this.varint(value)
    for (let shift = 0; shift < 28; shift += 7) this.byte(((value >> shift) & 0x7f) | 0x80)
    this.byte(((value >> 28) & 0x7f) | 0x80)
    for (let i = 5; i < 9; i++) this.byte(0xff)
    this.byte(1)
  }

  raw(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** 16 bytes as the text of a UUID. */
  uuid(bytes: Uint8Array): void {
    if (bytes.length !== uuidBytes) {
      throw new RangeError(`Cannot encode UUID: ${bytes.length} bytes of ${uuidBytes}`)
    }
    for (let i = 0; i < uuidBytes; i++) {
      if (i === 4 || i === 6 || i === 8 || i === 10) this.bytes[this.#at++] = 0x2d
      const byte = bytes[i] as number
      this.bytes[this.#at++] = hexDigits[byte >> 4] as number
      this.bytes[this.#at++] = hexDigits[byte & 15] as number
    }
  }
}

const hexDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))

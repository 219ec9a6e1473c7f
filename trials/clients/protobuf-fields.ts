/**
 * @module How a protobuf message lies on the wire: a walk over its fields.
 *
 * | key | value |
 * |---|---|
 * | `field << 3 \| 0` | varint, seven bits a byte, least significant first |
 * | `field << 3 \| 1` | 8 bytes |
 * | `field << 3 \| 2` | varint length, then so many bytes |
 * | `field << 3 \| 5` | 4 bytes |
 */

export const varint = 0
export const fixed64 = 1
export const delimited = 2
export const fixed32 = 5

export class ProtobufError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ProtobufError'
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Walks over the fields of one message. */
export class FieldReader {
  readonly #bytes: Uint8Array
  #at = 0
  #field = 0
  #wireType = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  next(): boolean {
    if (this.#at === this.#bytes.length) return false
    const key = this.uint()
    this.#field = Math.floor(key / 8)
    this.#wireType = key % 8
    if (this.#field === 0) throw new ProtobufError('Cannot read message: field number is 0')
    return true
  }

  is(field: number, wireType: number): boolean {
    return this.#field === field && this.#wireType === wireType
  }

  /** An unsigned varint up to 2^53 − 1: enough for lengths and times, and clear of BigInt. */
  uint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        if (value <= Number.MAX_SAFE_INTEGER) return value
        break
      }
      scale *= 0x80
    }
    throw new ProtobufError(`Cannot read varint: above ${Number.MAX_SAFE_INTEGER}`)
  }

  int32(): number {
    return Number(BigInt.asIntN(32, this.#varint()))
  }

  bytes(): Uint8Array {
    const length = this.uint()
    const end = this.#at + length
    if (end > this.#bytes.length) {
      throw new ProtobufError(
        `Cannot read field: ${length} bytes announced, ${this.#bytes.length - this.#at} left`,
      )
    }
    const field = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return field
  }

  text(): string {
    return utf8.decode(this.bytes())
  }

  skip(): void {
    if (this.#wireType === varint) this.#varint()
    else if (this.#wireType === delimited) this.bytes()
    else if (this.#wireType === fixed64) this.#forward(8)
    else if (this.#wireType === fixed32) this.#forward(4)
    else throw new ProtobufError(`Cannot skip field: wire type is ${this.#wireType}`)
  }

  #forward(count: number): void {
    if (this.#at + count > this.#bytes.length) {
      throw new ProtobufError(
        `Cannot skip field: ${count} bytes needed, ${this.#bytes.length - this.#at} left`,
      )
    }
    this.#at += count
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asUintN(64, value)
    }
    throw new ProtobufError('Cannot read varint: longer than 10 bytes')
  }

  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new ProtobufError('Cannot read varint: message ends inside it')
    this.#at++
    return byte
  }
}

/**
 * @module The other end of `byte-reader.ts`: collects numbers and byte strings, and measures them, so that secrets are
 * written only once, where they stay.
 */
import { ProtobufWriter, varintBytes } from '@sotto/wire/protobuf'

export class ByteWriter {
  readonly #parts: (number | Uint8Array)[] = []
  #size = 0

  /** An unsigned number up to 2^53 - 1. */
  varint(value: number): void {
    this.#size += varintBytes(value)
    this.#parts.push(value)
  }

  raw(bytes: Uint8Array): void {
    this.#size += bytes.length
    this.#parts.push(bytes)
  }

  finish(): Uint8Array {
    const writer = new ProtobufWriter(this.#size)
    for (const part of this.#parts) {
      if (typeof part === 'number') writer.varint(part)
      else writer.raw(part)
    }
    return writer.bytes
  }
}

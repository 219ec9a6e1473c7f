/**
 * @module Walking through the bytes of a message that may be hostile. Nothing throws: the first thing that is wrong sets
 * `problem`, and from then on everything read is zero or empty and the end is reached. So a decoder reads on and looks at
 * `problem` once.
 */
import { type BinaryHttpLimits, fieldOverheadBytes } from '#bhttp/message.ts'
import { decodeInteger, integerBytes } from '#bhttp/quic-integer.ts'

export type Problem = 'malformed' | 'headers-too-large' | 'content-too-large'

export class MessageReader {
  problem: Problem | undefined

  readonly #bytes: Uint8Array
  #at = 0
  #end: number
  #headerBytesLeft: number
  #contentBytesLeft: number

  constructor(bytes: Uint8Array, limits: BinaryHttpLimits) {
    this.#bytes = bytes
    this.#end = bytes.length
    this.#headerBytesLeft = limits.maxHeaderBytes
    this.#contentBytesLeft = limits.maxContentBytes
  }

  /** Of the message, or of the section that is being read. */
  get isAtEnd(): boolean {
    return this.problem !== undefined || this.#at >= this.#end
  }

  get bytesLeft(): number {
    return this.#end - this.#at
  }

  integer(): number {
    const first = this.#bytes[this.#at]
    if (this.isAtEnd || first === undefined) return this.fail('malformed')
    return decodeInteger(this.#take(integerBytes(first)))
  }

  /** A text with its length before it, counted against the headers' limit. */
  text(): string {
    return this.textOf(this.integer())
  }

  textOf(length: number): string {
    if (!this.#has(length)) return ''
    if (!this.#payHeaders(length)) return ''
    let text = ''
    for (const byte of this.#take(length)) text += String.fromCharCode(byte)
    return text
  }

  /** For each field and each informational response. */
  payOverhead(): void {
    this.#payHeaders(fieldOverheadBytes)
  }

  /** A view of that much content, counted against its limit. */
  content(length: number): Uint8Array {
    if (!this.#has(length)) return new Uint8Array(0)
    this.#contentBytesLeft -= length
    if (this.#contentBytesLeft < 0) this.fail('content-too-large')
    return this.#take(length)
  }

  /** Lets `read` see `length` bytes and no more. It reads to their end. */
  section(length: number, read: () => void): void {
    if (!this.#has(length)) return
    const end = this.#end
    this.#end = this.#at + length
    read()
    this.#end = end
  }

  /** Whether nothing but zeros follows; anything else is a problem. */
  padding(): void {
    if (this.problem !== undefined) return
    for (const byte of this.#bytes.subarray(this.#at)) {
      if (byte !== 0) {
        this.fail('malformed')
        return
      }
    }
  }

  fail(problem: Problem): 0 {
    this.problem ??= problem
    return 0
  }

  #has(length: number): boolean {
    if (this.problem === undefined && length <= this.#end - this.#at) return true
    this.fail('malformed')
    return false
  }

  #payHeaders(bytes: number): boolean {
    this.#headerBytesLeft -= bytes
    if (this.#headerBytesLeft < 0) this.fail('headers-too-large')
    return this.problem === undefined
  }

  #take(length: number): Uint8Array {
    if (!this.#has(length)) return new Uint8Array(0)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}

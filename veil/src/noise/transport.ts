/**
 * @module What a Noise handshake leaves behind: a session that seals and opens messages in order (Noise revision 34, §5,
 * §12.3). Each side counts; no number travels. A message that was changed, repeated, left out or sent out of order is
 * one that does not open, and ends the session for both directions.
 */
import { type CipherState, maxMessageBytes, tagBytes } from '#noise/symmetric-state.ts'

/** What fits into one message. */
export const maxPlaintextBytes: number = maxMessageBytes - tagBytes

const nothing = new Uint8Array(0)

export class NoiseTransport {
  /** The same 32 bytes at both ends, and in no other session. No secret: sign it to prove who is at this end. */
  readonly handshakeHash: Uint8Array

  readonly #sending: CipherState
  readonly #receiving: CipherState
  #isOver = false

  constructor(handshakeHash: Uint8Array, sending: CipherState, receiving: CipherState) {
    this.handshakeHash = handshakeHash
    this.#sending = sending
    this.#receiving = receiving
  }

  /** Whether nothing more can be sealed or opened. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** The next message, 16 bytes longer than its plaintext. */
  seal(plaintext: Uint8Array): Uint8Array {
    if (this.#isOver) throw new TypeError('Cannot seal message: the session is over')
    if (plaintext.length > maxPlaintextBytes) {
      throw new RangeError(
        `Cannot seal message: plaintext has ${plaintext.length} bytes of at most ${maxPlaintextBytes}`,
      )
    }
    if (this.#sending.isSpent) throw new TypeError('Cannot seal message: its key is spent')
    return this.#sending.seal(nothing, plaintext)
  }

  /** Undefined for whatever is not the next message: then the session is over, and undefined is all it gives. */
  open(message: Uint8Array): Uint8Array | undefined {
    if (this.#isOver) return undefined
    const mayBeOne = message.length <= maxMessageBytes && !this.#receiving.isSpent
    const plaintext = mayBeOne ? this.#receiving.open(nothing, message) : undefined
    if (plaintext === undefined) this.end()
    return plaintext
  }

  /** Erases the keys. */
  end(): void {
    this.#isOver = true
    this.#sending.erase()
    this.#receiving.erase()
  }
}

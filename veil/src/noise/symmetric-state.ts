/**
 * @module The inside of a Noise handshake for the ciphers ChaChaPoly and BLAKE2s (Noise revision 34, §5.1, §5.2).
 */
import type { Primitives } from '@sotto/primitives'
import { wipe } from '@sotto/primitives'
import { concatenate } from '#bytes.ts'

export const keyBytes = 32
export const tagBytes = 16
/** §3: no message of any kind is longer. */
export const maxMessageBytes = 65_535

const hashBytes = 32
/** Of BLAKE2s. */
const blockBytes = 64
const nothing = new Uint8Array(0)

/** A key and the number of the next message under it. */
export class CipherState {
  readonly #primitives: Primitives
  readonly #key: Uint8Array
  #next = 0

  /** The key becomes this state's own. */
  constructor(primitives: Primitives, key: Uint8Array) {
    this.#primitives = primitives
    this.#key = key
  }

  /** Noise allows 2^64 - 1 messages; here it ends where numbers stop being exact, which no session reaches. */
  get isSpent(): boolean {
    return this.#next >= Number.MAX_SAFE_INTEGER
  }

  seal(associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const { chaCha20Poly1305 } = this.#primitives
    const sealed = chaCha20Poly1305.seal(this.#key, nonceOf(this.#next), plaintext, associatedData)
    this.#next++
    return sealed
  }

  /** Undefined when the tag does not fit; then the number stays. */
  open(associatedData: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const { chaCha20Poly1305 } = this.#primitives
    const plaintext = chaCha20Poly1305.open(this.#key, nonceOf(this.#next), sealed, associatedData)
    if (plaintext !== undefined) this.#next++
    return plaintext
  }

  erase(): void {
    wipe(this.#key)
  }
}

/** §12.3: four zeros, then the number, little-endian. */
export function nonceOf(number: number): Uint8Array {
  const nonce = new Uint8Array(12)
  const view = new DataView(nonce.buffer)
  view.setUint32(4, number % 2 ** 32, true)
  view.setUint32(8, Math.floor(number / 2 ** 32), true)
  return nonce
}

/** What both sides know of the handshake so far: the hash of its transcript, and a key that grows with each agreement. */
export class SymmetricState {
  readonly #primitives: Primitives
  #hash: Uint8Array
  #chainingKey: Uint8Array
  #cipher: CipherState | undefined

  /** The name has to be longer than a hash, as those with BLAKE2s are. */
  constructor(primitives: Primitives, protocolName: Uint8Array) {
    this.#primitives = primitives
    this.#hash = primitives.blake2s(protocolName)
    this.#chainingKey = this.#hash.slice()
  }

  /** Of the transcript; once the handshake is over, the name of the session that both sides share (§11.2). */
  get hash(): Uint8Array {
    return this.#hash
  }

  mixHash(data: Uint8Array): void {
    this.#hash = this.#primitives.blake2s(concatenate([this.#hash, data]))
  }

  /** Erases what was agreed. */
  mixKey(agreed: Uint8Array): void {
    const [chainingKey, key] = noiseHkdf(this.#primitives, this.#chainingKey, agreed)
    wipe(this.#chainingKey, agreed)
    this.#cipher?.erase()
    this.#chainingKey = chainingKey
    this.#cipher = new CipherState(this.#primitives, key)
  }

  /** Every payload of our pattern comes behind an agreement, so there is always a key. */
  seal(plaintext: Uint8Array): Uint8Array {
    const sealed = this.#keyed().seal(this.#hash, plaintext)
    this.mixHash(sealed)
    return sealed
  }

  open(sealed: Uint8Array): Uint8Array | undefined {
    const plaintext = this.#keyed().open(this.#hash, sealed)
    this.mixHash(sealed)
    return plaintext
  }

  /** The initiator's cipher and the responder's. Erases what they came from. */
  split(): readonly [CipherState, CipherState] {
    const [first, second] = noiseHkdf(this.#primitives, this.#chainingKey, nothing)
    this.erase()
    return [new CipherState(this.#primitives, first), new CipherState(this.#primitives, second)]
  }

  erase(): void {
    wipe(this.#chainingKey)
    this.#cipher?.erase()
  }

  #keyed(): CipherState {
    if (this.#cipher === undefined) {
      throw new TypeError('Cannot encrypt payload: no key is agreed, one is required')
    }
    return this.#cipher
  }
}

/** §4.3, with two outputs. */
export function noiseHkdf(
  primitives: Primitives,
  chainingKey: Uint8Array,
  inputKeyMaterial: Uint8Array,
): readonly [Uint8Array, Uint8Array] {
  const key = hmacBlake2s(primitives, chainingKey, inputKeyMaterial)
  const first = hmacBlake2s(primitives, key, Uint8Array.of(1))
  const second = hmacBlake2s(primitives, key, concatenate([first, Uint8Array.of(2)]))
  wipe(key)
  return [first, second]
}

/** RFC 2104; BLAKE2s' own keyed form is another function. The key is at most a block long. */
export function hmacBlake2s(primitives: Primitives, key: Uint8Array, data: Uint8Array): Uint8Array {
  if (key.length > blockBytes) {
    throw new RangeError(
      `Cannot authenticate: key has ${key.length} bytes of at most ${blockBytes}`,
    )
  }
  const inner = new Uint8Array(blockBytes + data.length)
  const outer = new Uint8Array(blockBytes + hashBytes)
  for (let at = 0; at < blockBytes; at++) {
    const byte = key[at] ?? 0
    inner[at] = byte ^ 0x36
    outer[at] = byte ^ 0x5c
  }
  inner.set(data, blockBytes)
  const innerHash = primitives.blake2s(inner)
  outer.set(innerHash, blockBytes)
  const code = primitives.blake2s(outer)
  wipe(inner, innerHash, outer)
  return code
}

/**
 * @module Public keys as they travel: a type byte and the key.
 *
 * | type | key | bytes behind it |
 * |---|---|---|
 * | 0x05 | Curve25519, the Montgomery u-coordinate | 32 |
 * | 0x08 | Kyber-1024 | 1568 |
 */
import { SignalError } from '#errors.ts'

export const curveKeyBytes = 32
export const kyberKeyBytes = 1568
export const kyberCiphertextBytes = 1568
export const signatureBytes = 64

const curveType = 0x05
const kyberType = 0x08

/** What stands before a Curve25519 key, for those who hash keys without joining them first. */
export const curveKeyPrefix: Uint8Array = Uint8Array.of(curveType)

/** 33 bytes. */
export function serializeCurveKey(key: Uint8Array): Uint8Array {
  return serialize(curveType, key, curveKeyBytes)
}

/** The 32 bytes. Bytes behind them are ignored, as libsignal does. */
export function parseCurveKey(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== curveType) throw invalidKey()
  if (bytes.length < 1 + curveKeyBytes) throw invalidKey()
  // A copy also of a Buffer, whose `slice` is a view.
  return new Uint8Array(bytes.subarray(1, 1 + curveKeyBytes))
}

/** 1569 bytes; a ciphertext is written the same way. */
export function serializeKyber(keyOrCiphertext: Uint8Array): Uint8Array {
  return serialize(kyberType, keyOrCiphertext, kyberKeyBytes)
}

/** The 1568 bytes of a key or of a ciphertext. */
export function parseKyber(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== kyberType || bytes.length !== 1 + kyberKeyBytes) throw invalidKey()
  return new Uint8Array(bytes.subarray(1))
}

function serialize(type: number, key: Uint8Array, length: number): Uint8Array {
  if (key.length !== length) {
    throw new RangeError(`Cannot serialize key: it has ${key.length} bytes of ${length}`)
  }
  const bytes = new Uint8Array(1 + length)
  bytes[0] = type
  bytes.set(key, 1)
  return bytes
}

function invalidKey(): SignalError {
  return new SignalError('invalid-key', 'Cannot read public key: wrong type or length')
}

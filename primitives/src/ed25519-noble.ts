/**
 * @module Ed25519 in JavaScript: the provider for browsers, and the cross-check of the native one.
 *
 * Built on noble's points, not on its `verify`: that one multiplies by the cofactor, so it accepts signatures that
 * OpenSSL and BoringSSL refuse.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { equalBytes } from '#constant-time.ts'
import { groupOrder, isStrict, type VerifyEd25519 } from '#ed25519.ts'

const { Point } = ed25519

export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) => {
  if (!isStrict(publicKey, signature)) return false
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)]
  const a = decompress(publicKey)
  if (a === undefined) return false
  const h = toScalar(sha512.create().update(r).update(publicKey).update(message).digest())
  const expected = Point.BASE.multiplyUnsafe(toScalar(s)).subtract(a.multiplyUnsafe(h))
  return equalBytes(expected.toBytes(), r)
}

function decompress(point: Uint8Array): InstanceType<typeof Point> | undefined {
  try {
    return Point.fromBytes(point)
  } catch {
    return undefined
  }
}

/** Little-endian bytes as an integer modulo L. */
export function toScalar(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number)
  return value % groupOrder
}

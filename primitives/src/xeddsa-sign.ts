/**
 * @module Making XEdDSA signatures in libsignal's form, for clients and for the tests of those who check them. It
 * differs from the specification (§2.4) in one point: the Edwards key keeps its sign, and the signature carries it.
 *
 * JavaScript's integers cannot be wiped and their arithmetic is not constant time; the byte strings here are wiped.
 */
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { wipe } from '#constant-time.ts'
import { toScalar } from '#ed25519-noble.ts'
import { groupOrder, signatureBytes } from '#ed25519.ts'
import { coordinateBytes } from '#montgomery.ts'
import { clamp, hashOnePrefix } from '#private-key.ts'

const { Point } = ed25519

/** Signs with a Curve25519 private key. `random` is 64 fresh bytes from a secure source, used once. */
export function signXeddsa(
  privateKey: Uint8Array,
  message: Uint8Array,
  random: Uint8Array,
): Uint8Array {
  if (random.length !== signatureBytes) {
    throw new RangeError(`Cannot sign: ${random.length} random bytes of ${signatureBytes}`)
  }
  const k = clamp(privateKey)
  const a = toScalar(k)
  const key = Point.BASE.multiply(a).toBytes()
  const nonce = sha512
    .create()
    .update(hashOnePrefix)
    .update(k)
    .update(message)
    .update(random)
    .digest()
  const r = toScalar(nonce)
  const commitment = Point.BASE.multiply(r).toBytes()
  const h = toScalar(sha512.create().update(commitment).update(key).update(message).digest())

  const signature = new Uint8Array(signatureBytes)
  signature.set(commitment)
  writeScalar(signature.subarray(32), (r + h * a) % groupOrder)
  signature[63] = (signature[63] as number) | ((key[31] as number) & 0x80)
  wipe(k, nonce)
  return signature
}

/** The u-coordinate of a private key's public key (RFC 7748 §6.1). */
export function x25519PublicKey(privateKey: Uint8Array): Uint8Array {
  return x25519.getPublicKey(privateKey)
}

function writeScalar(target: Uint8Array, scalar: bigint): void {
  let rest = scalar
  for (let i = 0; i < coordinateBytes; i++) {
    target[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
}

/**
 * @module Checking XEdDSA signatures (Signal, "The XEdDSA and VXEdDSA Signature Schemes", §2.5) as libsignal makes
 * them: by a Curve25519 key, with the sign of the signer's Edwards point in bit 7 of the signature's last byte.
 *
 * | bytes | content |
 * |---|---|
 * | 0 – 31 | R, a compressed Edwards point |
 * | 32 – 63 | S < L, little-endian; bit 7 of byte 63 carries the sign |
 *
 * Stricter than libsignal in three things that no honest signer does: S ≥ L, a u-coordinate that is not canonical, and
 * keys of low order are refused.
 */
import { isReduced, signatureBytes, type VerifyEd25519 } from '#ed25519.ts'
import { edwardsY } from '#montgomery.ts'

/**
 * Whether `signature` over `message` was made by the key with this u-coordinate. `verifyEd25519` does the arithmetic.
 *
 * The sign that the signature carries is tried first, then the other one: a plain Ed25519 key that was mapped to
 * Curve25519 signs without carrying its sign. `toEdwards` maps the key; who has a cache for that hands it in.
 */
export function verifyXeddsa(
  publicKeyU: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
  verifyEd25519: VerifyEd25519,
  toEdwards: (u: Uint8Array) => Uint8Array | undefined = edwardsY,
): boolean {
  if (signature.length !== signatureBytes) return false
  // A copy also of a Buffer, whose `slice` is a view.
  const bare = Uint8Array.from(signature)
  const last = bare[63] as number
  bare[63] = last & 0x7f
  // What can be refused without the inversion behind the map is refused first.
  if (!isReduced(bare)) return false
  const mapped = toEdwards(publicKeyU)
  if (mapped === undefined) return false
  const key = Uint8Array.from(mapped)

  const y = key[31] as number
  const carried = last & 0x80
  for (const sign of [carried, carried ^ 0x80]) {
    key[31] = y | sign
    if (verifyEd25519(key, message, bare)) return true
  }
  return false
}

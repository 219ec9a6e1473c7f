/**
 * @module What a device's public keys must look like before anybody else is given them.
 */
import { verifyXeddsa, type VerifyEd25519 } from '@sotto/primitives'
import type { SignedPrekey } from '#store/store.ts'

/**
 * True when the signed prekey was signed by the identity key (XEdDSA). libsignal signs the 33 serialized bytes; some
 * older clients signed the bare 32: either counts (obscura reference §1.4).
 *
 * Both keys are 33 bytes: 0x05, then the u-coordinate.
 */
export function isSignedBy(
  identityKey: Uint8Array,
  { publicKey, signature }: SignedPrekey,
  verify: VerifyEd25519,
): boolean {
  const identity = identityKey.subarray(1)
  return (
    verifyXeddsa(identity, publicKey, signature, verify) ||
    verifyXeddsa(identity, publicKey.subarray(1), signature, verify)
  )
}

/**
 * @module Who somebody is: one Ed25519 key pair, made from 24 words, and its image on the Montgomery curve, which is the
 * identity key of the Signal Protocol. The same words give the same identity on every runtime.
 *
 * | step | bytes |
 * |---|---|
 * | 24 words → PBKDF2-HMAC-SHA-512, salt "mnemonic", 2048 rounds (BIP39, no passphrase) | 64 |
 * | → HKDF-SHA-256, no salt, info "sotto identity v1": the Ed25519 seed | 32 |
 * | → SHA-512, first half, clamped (RFC 8032 §5.1.5): the Signal private key | 32 |
 * | Ed25519 public key → u = (1 + y) / (1 − y) (RFC 7748 §4.1): the Signal public key | 32 |
 *
 * Both halves are one key: an XEdDSA signature by it is an Ed25519 signature by the same private scalar. The one
 * difference in bytes is the sign of the public point, which XEdDSA carries in the signature's last bit and Ed25519 in
 * the key.
 */
import type { Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import type { CurveKeyPair } from '#keys/curve-key-pair.ts'
import { signatureBytes } from '#keys/serialized-key.ts'

export interface Identity {
  /** RFC 8032's private key, 32 bytes. */
  readonly ed25519Seed: Uint8Array
  readonly ed25519PublicKey: Uint8Array
  /** The Signal Protocol's identity key pair. */
  readonly keyPair: CurveKeyPair
}

export const ed25519SeedBytes = 32

/** The identity of an Ed25519 seed, which it keeps. */
export function identityFromSeed(primitives: Primitives, ed25519Seed: Uint8Array): Identity {
  if (ed25519Seed.length !== ed25519SeedBytes) {
    throw new SignalError(
      'invalid-argument',
      `Cannot make identity: the seed has ${ed25519Seed.length} bytes of ${ed25519SeedBytes}`,
    )
  }
  const privateKey = primitives.x25519PrivateKeyOfEd25519(ed25519Seed)
  return {
    ed25519Seed,
    ed25519PublicKey: primitives.ed25519PublicKey(ed25519Seed),
    keyPair: { privateKey, publicKey: primitives.x25519PublicKey(privateKey) },
  }
}

/**
 * The Signal public key of an identity's Ed25519 public key, to hold one against the other. Undefined when it is no
 * point.
 */
export function signalKeyOf(
  primitives: Primitives,
  ed25519PublicKey: Uint8Array,
): Uint8Array | undefined {
  return primitives.x25519PublicKeyOfEd25519(ed25519PublicKey)
}

/** An XEdDSA signature in the form that Ed25519 verifies: the bit with the sign of the key is cleared. */
export function ed25519SignatureOf(xeddsaSignature: Uint8Array): Uint8Array {
  if (xeddsaSignature.length !== signatureBytes) {
    throw new RangeError(
      `Cannot convert signature: ${xeddsaSignature.length} bytes of ${signatureBytes}`,
    )
  }
  const signature = Uint8Array.from(xeddsaSignature)
  signature[63] = (signature[63] as number) & 0x7f
  return signature
}

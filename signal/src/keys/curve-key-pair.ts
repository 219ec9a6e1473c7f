/**
 * @module Key pairs on Curve25519. Private keys are kept clamped (RFC 7748 §5), as libsignal keeps them: what an
 * XEdDSA signature hashes is the clamped key.
 */
import type { Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { curveKeyBytes } from '#keys/serialized-key.ts'
import type { Randomness } from '#randomness.ts'

export interface CurveKeyPair {
  /** 32 bytes, the u-coordinate. */
  readonly publicKey: Uint8Array
  /** 32 bytes, clamped. */
  readonly privateKey: Uint8Array
}

/** Draws 32 bytes. */
export function generateCurveKeyPair(primitives: Primitives, random: Randomness): CurveKeyPair {
  return curveKeyPairOf(primitives, random(curveKeyBytes))
}

/** The pair of a private key, which is copied and clamped. */
export function curveKeyPairOf(primitives: Primitives, privateKey: Uint8Array): CurveKeyPair {
  const clamped = clampPrivateKey(privateKey)
  return { publicKey: primitives.x25519PublicKey(clamped), privateKey: clamped }
}

function clampPrivateKey(privateKey: Uint8Array): Uint8Array {
  if (privateKey.length !== curveKeyBytes) {
    throw new SignalError(
      'invalid-key',
      `Cannot use private key: it has ${privateKey.length} bytes of ${curveKeyBytes}`,
    )
  }
  const clamped = Uint8Array.from(privateKey)
  clamped[0] = (clamped[0] as number) & 0xf8
  clamped[31] = ((clamped[31] as number) & 0x7f) | 0x40
  return clamped
}

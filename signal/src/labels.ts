/**
 * @module The labels that keep the protocol's key derivations apart. All are ASCII without a terminator.
 */

/** PQXDH §3.3, as libsignal spells it. */
export const pqxdhLabel: Uint8Array = ascii('WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024')

/** The root step of the Double Ratchet (§5.2 of its specification), as libsignal spells it. */
export const rootStepLabel: Uint8Array = ascii('WhisperRatchet')

/** The keys of one message, as libsignal spells it. */
export const messageKeysLabel: Uint8Array = ascii('WhisperMessageKeys')

/** From a BIP39 seed to an identity. Ours: `identity/identity.ts`. */
export const identityLabel: Uint8Array = ascii('sotto identity v1')

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

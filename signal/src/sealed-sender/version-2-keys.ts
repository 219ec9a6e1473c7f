/**
 * @module The keys of sealed sender, version 2, in which one ciphertext serves many recipients: everything comes from
 * 32 random bytes m, and each recipient gets m masked for them, with a tag that shows who the sender is.
 *
 *     r = HKDF(none, m, "Sealed Sender v2: r (2023-08)", 32), clamped: the private key of e
 *     K = HKDF(none, m, "Sealed Sender v2: K", 32): the key of the content, AES-256-GCM-SIV with nonce 0
 *     C = m xor HKDF(none, DH(e, R) ‖ e ‖ R, "Sealed Sender v2: DH", 32)
 *     T = HKDF(none, DH(S, R) ‖ e ‖ C ‖ S ‖ R, "Sealed Sender v2: DH-sender", 16)
 *
 * S and R are the identity keys of sender and recipient; keys are hashed with their type byte.
 */
import { wipe, type Primitives } from '@sotto/primitives'
import { curveKeyPairOf, type CurveKeyPair } from '#keys/curve-key-pair.ts'
import { serializeCurveKey } from '#keys/serialized-key.ts'
import { ascii } from '#labels.ts'
import { concatenate } from '#sealed-sender/concatenate.ts'

const ephemeralLabel = ascii('Sealed Sender v2: r (2023-08)')
const keyLabel = ascii('Sealed Sender v2: K')
const maskLabel = ascii('Sealed Sender v2: DH')
const senderTagLabel = ascii('Sealed Sender v2: DH-sender')

export const messageSecretBytes = 32
export const senderTagBytes = 16

const nonce = new Uint8Array(12)

/** e, with r as its private key. */
export function ephemeralPair(primitives: Primitives, messageSecret: Uint8Array): CurveKeyPair {
  const seed = primitives.hkdfSha256(undefined, messageSecret, ephemeralLabel, 32)
  const pair = curveKeyPairOf(primitives, seed)
  wipe(seed)
  return pair
}

export function sealContent(
  primitives: Primitives,
  messageSecret: Uint8Array,
  content: Uint8Array,
): Uint8Array {
  const key = contentKey(primitives, messageSecret)
  const sealed = primitives.aesGcmSiv.seal(key, nonce, content)
  wipe(key)
  return sealed
}

/** Undefined when the tag does not fit. */
export function openContent(
  primitives: Primitives,
  messageSecret: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const key = contentKey(primitives, messageSecret)
  const content = primitives.aesGcmSiv.open(key, nonce, sealed)
  wipe(key)
  return content
}

function contentKey(primitives: Primitives, messageSecret: Uint8Array): Uint8Array {
  return primitives.hkdfSha256(undefined, messageSecret, keyLabel, 32)
}

/** m to C, and C to m. `agreed` is DH(e, R). */
export function maskMessageSecret(
  primitives: Primitives,
  secret: Uint8Array,
  agreed: Uint8Array,
  keys: { readonly ephemeral: Uint8Array; readonly recipient: Uint8Array },
): Uint8Array {
  const input = concatenate(
    agreed,
    serializeCurveKey(keys.ephemeral),
    serializeCurveKey(keys.recipient),
  )
  const masked = primitives.hkdfSha256(undefined, input, maskLabel, messageSecretBytes)
  for (let i = 0; i < masked.length; i++) {
    masked[i] = (masked[i] as number) ^ (secret[i] as number)
  }
  wipe(input)
  return masked
}

/** T. `agreed` is DH(S, R). */
export function senderTag(
  primitives: Primitives,
  agreed: Uint8Array,
  parts: {
    readonly ephemeral: Uint8Array
    readonly masked: Uint8Array
    readonly sender: Uint8Array
    readonly recipient: Uint8Array
  },
): Uint8Array {
  const input = concatenate(
    agreed,
    serializeCurveKey(parts.ephemeral),
    parts.masked,
    serializeCurveKey(parts.sender),
    serializeCurveKey(parts.recipient),
  )
  const tag = primitives.hkdfSha256(undefined, input, senderTagLabel, senderTagBytes)
  wipe(input)
  return tag
}

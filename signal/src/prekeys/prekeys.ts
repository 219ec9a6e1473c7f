/**
 * @module The keys that a device leaves with its server, so that others can start sessions while it sleeps.
 *
 * | prekey | signed | used |
 * |---|---|---|
 * | signed prekey, Curve25519 | by the identity | by every initiator, until it is replaced |
 * | one-time prekey, Curve25519 | – | once |
 * | Kyber prekey, one-time | by the identity | once |
 * | Kyber prekey of last resort | by the identity | when the others have run out, until it is replaced |
 *
 * The two kinds of Kyber prekeys look alike on the wire; their ids are of one sequence. What is signed is the serialised
 * key with its type byte.
 */
import type { KemKeyPair, Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { type CurveKeyPair, generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { generateKyberKeyPair } from '#keys/kyber.ts'
import { serializeCurveKey, serializeKyber, signatureBytes } from '#keys/serialized-key.ts'
import { maxPrekeyId } from '#limits.ts'
import type { Randomness } from '#randomness.ts'

export interface OneTimePrekey {
  readonly id: number
  readonly keyPair: CurveKeyPair
}

export interface SignedPrekey {
  readonly id: number
  readonly keyPair: CurveKeyPair
  readonly signature: Uint8Array
  readonly createdAtMillis: number
}

export interface KyberPrekey {
  readonly id: number
  readonly keyPair: KemKeyPair
  readonly signature: Uint8Array
  readonly createdAtMillis: number
  readonly isLastResort: boolean
}

/** What a server hands out of all this for one device. Keys are without their type bytes. */
export interface PrekeyBundle {
  readonly registrationId: number
  readonly deviceId: number
  /** 32 bytes. */
  readonly identityKey: Uint8Array
  readonly signedPrekey: PublicPrekey & { readonly signature: Uint8Array }
  readonly kyberPrekey: PublicPrekey & { readonly signature: Uint8Array }
  readonly oneTimePrekey: PublicPrekey | undefined
}

export interface PublicPrekey {
  readonly id: number
  /** 32 bytes, or 1568 of Kyber. */
  readonly publicKey: Uint8Array
}

/** Who signs: the identity's private key. */
export interface PrekeySigner {
  readonly privateKey: Uint8Array
}

/** Draws 32 bytes for the key and 64 for the signature. */
export function generateSignedPrekey(
  primitives: Primitives,
  identity: PrekeySigner,
  id: number,
  nowMillis: number,
  random: Randomness,
): SignedPrekey {
  checkPrekeyId(id)
  const keyPair = generateCurveKeyPair(primitives, random)
  const signature = primitives.signXeddsa(
    identity.privateKey,
    serializeCurveKey(keyPair.publicKey),
    random(signatureBytes),
  )
  return { id, keyPair, signature, createdAtMillis: nowMillis }
}

/** Draws 64 bytes for the key and 64 for the signature. */
export function generateKyberPrekey(
  primitives: Primitives,
  identity: PrekeySigner,
  options: {
    readonly id: number
    readonly nowMillis: number
    readonly isLastResort: boolean
  },
  random: Randomness,
): KyberPrekey {
  checkPrekeyId(options.id)
  const keyPair = generateKyberKeyPair(primitives, random)
  const signature = primitives.signXeddsa(
    identity.privateKey,
    serializeKyber(keyPair.publicKey),
    random(signatureBytes),
  )
  return {
    id: options.id,
    keyPair,
    signature,
    createdAtMillis: options.nowMillis,
    isLastResort: options.isLastResort,
  }
}

/** `count` of them with the ids from `firstId` on. Draws 32 bytes each. */
export function generateOneTimePrekeys(
  primitives: Primitives,
  firstId: number,
  count: number,
  random: Randomness,
): readonly OneTimePrekey[] {
  const prekeys: OneTimePrekey[] = []
  let id = firstId
  for (let i = 0; i < count; i++) {
    checkPrekeyId(id)
    prekeys.push({ id, keyPair: generateCurveKeyPair(primitives, random) })
    id = nextPrekeyId(id)
  }
  return prekeys
}

/** Where a new device begins to count: anywhere, so that an id tells nothing. Draws 3 bytes. */
export function firstPrekeyId(random: Randomness): number {
  const bytes = random(3)
  const drawn = ((bytes[0] ?? 0) << 16) | ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0)
  return drawn === 0 ? 1 : drawn
}

/** Behind the largest comes 1. */
export function nextPrekeyId(id: number): number {
  return id >= maxPrekeyId ? 1 : id + 1
}

function checkPrekeyId(id: number): void {
  if (!Number.isInteger(id) || id < 0 || id > maxPrekeyId) {
    throw new SignalError(
      'invalid-argument',
      `Cannot make prekey: id ${id} is not between 0 and ${maxPrekeyId}`,
    )
  }
}

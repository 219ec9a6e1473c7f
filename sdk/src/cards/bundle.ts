/**
 * @module Keys that a device publishes, and how others check them: the bundle is signed by the identity; its prekeys are
 * signed once more by the identity's Signal key, as libsignal signs them, so that nobody who has the bundle alone can
 * give it other keys.
 */
import { equalBytes, type Primitives } from '@sotto/primitives'
import {
  type Identity,
  type KyberPrekey,
  type OneTimePrekey,
  type PrekeyBundle,
  serializeCurveKey,
  serializeKyber,
  type SignedPrekey,
  signalKeyOf,
} from '@sotto/signal'
import { readKemOneTime, readOneTime, writeKemOneTime, writeOneTime } from '@sotto/wire/cards'
import { SottoError } from '#errors.ts'
import { signBody, verifySigned } from '#cards/signing.ts'

export interface BundleToSign {
  readonly device: number
  readonly registrationId: number
  readonly signedPrekey: SignedPrekey
  readonly lastResort: KyberPrekey
  /** The mailbox for first words of strangers; without it none are taken. */
  readonly requests?: Uint8Array | undefined
  readonly caps: readonly string[]
  readonly issuedAtMillis: number
}

/** The signed bundle as bytes. */
export function makeBundle(
  primitives: Primitives,
  identity: Identity,
  {
    device,
    registrationId,
    signedPrekey,
    lastResort,
    requests,
    caps,
    issuedAtMillis,
  }: BundleToSign,
): Uint8Array {
  if (!lastResort.isLastResort) {
    throw new SottoError(
      'invalid-argument',
      'Cannot make bundle: the Kyber prekey is for one use, required one of last resort',
    )
  }
  return signBody(primitives, identity, 'bundle', {
    device,
    registration_id: registrationId,
    signed_prekey: {
      id: signedPrekey.id,
      key: signedPrekey.keyPair.publicKey,
      signature: signedPrekey.signature,
    },
    last_resort: {
      id: lastResort.id,
      key: lastResort.keyPair.publicKey,
      signature: lastResort.signature,
    },
    requests,
    caps,
    issued_at: issuedAtMillis,
  })
}

/** What the relay hands out of a one-time prekey. */
export function makeOneTime({ id, keyPair }: OneTimePrekey): Uint8Array {
  return writeOneTime({ id, key: keyPair.publicKey })
}

/** What the relay hands out of a one-time prekey of the KEM. */
export function makeKemOneTime({ id, keyPair, signature, isLastResort }: KyberPrekey): Uint8Array {
  if (isLastResort) {
    throw new SottoError(
      'invalid-argument',
      'Cannot make one-time key: the Kyber prekey is of last resort, required one for one use',
    )
  }
  return writeKemOneTime({ id, key: keyPair.publicKey, signature })
}

/** What a relay handed out for one device. */
export interface PublishedKeys {
  readonly device: number
  readonly bundle: Uint8Array
  readonly oneTime?: Uint8Array | undefined
  readonly kemOneTime?: Uint8Array | undefined
}

export interface VerifiedKeys {
  /** To begin a session with. Without a one-time key of the KEM it has the one of last resort. */
  readonly bundle: PrekeyBundle
  /** The mailbox for first words of strangers; undefined when none are taken. */
  readonly requests: Uint8Array | undefined
  readonly caps: readonly string[]
  readonly issuedAtMillis: number
}

/**
 * Undefined unless all of it was published by this identity for this device. A one-time key is signed by nobody: another
 * one only makes a session that its owner cannot open.
 */
export function readBundle(
  primitives: Primitives,
  identity: Uint8Array,
  published: PublishedKeys,
): VerifiedKeys | undefined {
  const signed = verifySigned(primitives, 'bundle', published.bundle)
  if (signed === undefined || !equalBytes(signed.identity, identity)) return undefined
  if (signed.device !== published.device) return undefined
  const identityKey = signalKeyOf(primitives, signed.identity)
  const oneTime = published.oneTime && readOneTime(published.oneTime)
  const kemOneTime = published.kemOneTime && readKemOneTime(new Uint8Array(published.kemOneTime))
  if (published.oneTime !== undefined && oneTime === undefined) return undefined
  if (published.kemOneTime !== undefined && kemOneTime === undefined) return undefined
  if (identityKey === undefined) return undefined

  const curveKeys = [signed.signed_prekey.key, ...(oneTime === undefined ? [] : [oneTime.key])]
  const kemKeys = [signed.last_resort, ...(kemOneTime === undefined ? [] : [kemOneTime])]
  const isWhole =
    curveKeys.every((key) => primitives.isPrimeOrderX25519Key(key)) &&
    primitives.verifyXeddsa(
      identityKey,
      serializeCurveKey(signed.signed_prekey.key),
      signed.signed_prekey.signature,
    ) &&
    kemKeys.every(({ key, signature }) =>
      primitives.verifyXeddsa(identityKey, serializeKyber(key), signature),
    )
  if (!isWhole) return undefined
  const { id, key, signature } = signed.signed_prekey
  const kem = kemOneTime ?? signed.last_resort
  return {
    bundle: {
      registrationId: signed.registration_id,
      deviceId: signed.device,
      identityKey,
      signedPrekey: { id, publicKey: key, signature },
      kyberPrekey: { id: kem.id, publicKey: kem.key, signature: kem.signature },
      oneTimePrekey: oneTime && { id: oneTime.id, publicKey: oneTime.key },
    },
    requests: signed.requests,
    caps: signed.caps,
    issuedAtMillis: signed.issued_at,
  }
}

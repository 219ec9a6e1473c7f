/**
 * @module The initiator's half of PQXDH: from the recipient's bundle to a session that can send.
 *
 * Draws, in this order: 32 bytes for the base key, 32 for Kyber, 32 for the ratchet key.
 */
import { type Primitives, wipe } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { encapsulateKyber } from '#keys/kyber.ts'
import {
  curveKeyBytes,
  kyberKeyBytes,
  serializeCurveKey,
  serializeKyber,
} from '#keys/serialized-key.ts'
import { isSameAccount, type ProtocolAddress } from '#messages/service-address.ts'
import { agreeAsInitiator } from '#pqxdh/agreement.ts'
import type { PrekeyBundle } from '#prekeys/prekeys.ts'
import type { Randomness } from '#randomness.ts'
import { noSkippedSeeds } from '#ratchet/skipped-seeds.ts'
import { rootStep } from '#ratchet/root-step.ts'
import type { LocalDevice } from '#session/parties.ts'
import type { SessionState } from '#session/session-state.ts'
import { startSpqr } from '#spqr/spqr.ts'

export interface InitiateInput {
  readonly local: LocalDevice
  readonly remote: ProtocolAddress
  readonly bundle: PrekeyBundle
  readonly nowMillis: number
}

export function initiateSession(
  primitives: Primitives,
  { local, remote, bundle, nowMillis }: InitiateInput,
  random: Randomness,
): SessionState {
  verifyBundle(primitives, bundle)
  const identityKey = Uint8Array.from(bundle.identityKey)
  const signedPrekey = Uint8Array.from(bundle.signedPrekey.publicKey)
  const base = generateCurveKeyPair(primitives, random)
  const kyber = encapsulateKyber(primitives, bundle.kyberPrekey.publicKey, random)
  if (kyber === undefined) throw unusableKey()
  const secrets = agreeAsInitiator(
    primitives,
    {
      identityPrivateKey: local.identity.privateKey,
      basePrivateKey: base.privateKey,
      kyberSecret: kyber.sharedSecret,
    },
    { identityKey, signedPrekey, oneTimePrekey: bundle.oneTimePrekey?.publicKey },
  )
  wipe(base.privateKey, kyber.sharedSecret)
  if (secrets === undefined) throw unusableKey()

  const ratchet = generateCurveKeyPair(primitives, random)
  const agreement = primitives.x25519(ratchet.privateKey, signedPrekey)
  if (agreement === undefined) throw unusableKey()
  const { rootKey, chainKey } = rootStep(primitives, secrets.rootKey, agreement)
  const localIdentity = Uint8Array.from(local.identity.publicKey)
  const isSelf = isSameAccount(
    { name: local.address.name, identityKey: localIdentity },
    { name: remote.name, identityKey },
  )
  const spqr = startSpqr(primitives, { authKey: secrets.spqrKey, role: 'initiator', isSelf })
  wipe(agreement, secrets.rootKey, secrets.spqrKey)
  return {
    baseKey: base.publicKey,
    localIdentity,
    remoteIdentity: identityKey,
    localRegistrationId: local.registrationId,
    remoteRegistrationId: bundle.registrationId,
    rootKey,
    sender: { ratchet, chainKey, index: 0 },
    previousCounter: 0,
    // The recipient's first messages, before it has a ratchet key of its own, belong to the signed prekey.
    receivers: [
      {
        ratchetKey: signedPrekey,
        chainKey: secrets.chainKey,
        index: 0,
        skipped: noSkippedSeeds,
      },
    ],
    spqr,
    pending: {
      oneTimePrekeyId: bundle.oneTimePrekey?.id,
      signedPrekeyId: bundle.signedPrekey.id,
      kyber: { prekeyId: bundle.kyberPrekey.id, ciphertext: kyber.ciphertext },
      createdAtSeconds: Math.floor(nowMillis / 1000),
    },
  }
}

/** A one-time prekey is not signed. */
function verifyBundle(
  primitives: Primitives,
  { identityKey, signedPrekey, kyberPrekey, oneTimePrekey }: PrekeyBundle,
): void {
  const curveKeys = [identityKey, signedPrekey.publicKey, oneTimePrekey?.publicKey]
  for (const key of curveKeys) {
    if (key !== undefined && key.length !== curveKeyBytes) throw unusableKey()
  }
  if (kyberPrekey.publicKey.length !== kyberKeyBytes) throw unusableKey()
  const isSigned =
    primitives.verifyXeddsa(
      identityKey,
      serializeCurveKey(signedPrekey.publicKey),
      signedPrekey.signature,
    ) &&
    primitives.verifyXeddsa(
      identityKey,
      serializeKyber(kyberPrekey.publicKey),
      kyberPrekey.signature,
    )
  if (!isSigned) {
    throw new SignalError('invalid-signature', 'Cannot use bundle: a signature does not verify')
  }
}

function unusableKey(): SignalError {
  return new SignalError('invalid-key', 'Cannot use bundle: a key cannot be agreed with')
}

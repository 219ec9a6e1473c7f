/**
 * @module The recipient's half of PQXDH: from an initiator's first message and our own prekeys to a session that can
 * read it. Draws nothing.
 */
import { type Primitives, wipe } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { decapsulateKyber } from '#keys/kyber.ts'
import { sessionVersion } from '#limits.ts'
import type { PreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import { isSameAccount, type ProtocolAddress } from '#messages/service-address.ts'
import { agreeAsRecipient } from '#pqxdh/agreement.ts'
import type { KyberPrekey, OneTimePrekey, SignedPrekey } from '#prekeys/prekeys.ts'
import { refusal } from '#session/outcomes.ts'
import type { LocalDevice } from '#session/parties.ts'
import type { SessionState } from '#session/session-state.ts'
import { startSpqr } from '#spqr/spqr.ts'

/** Of our own prekeys those that a message names, as far as they are in the store. */
export interface OwnPrekeys {
  readonly signed: SignedPrekey | undefined
  readonly kyber: KyberPrekey | undefined
  readonly oneTime: OneTimePrekey | undefined
}

/** What the store does with them when the session is stored. */
export interface UsedPrekeys {
  /** Delete it, if it is not one of last resort. */
  readonly kyberPrekeyId: number
  readonly signedPrekeyId: number
  /** Delete it. */
  readonly oneTimePrekeyId: number | undefined
  /** A Kyber prekey of last resort must not be used twice with one base key: remember it beside the two ids. */
  readonly baseKey: Uint8Array
}

export interface AcceptInput {
  readonly local: LocalDevice
  readonly remote: ProtocolAddress
  readonly message: PreKeySignalMessage
  readonly prekeys: OwnPrekeys
}

export function acceptSession(
  primitives: Primitives,
  { local, remote, message, prekeys }: AcceptInput,
): { readonly state: SessionState; readonly used: UsedPrekeys } {
  const { baseKey, identityKey, kyber } = message
  if (kyber === undefined || message.version !== sessionVersion) throw refusal()
  const signedPrekey = named(prekeys.signed, message.signedPrekeyId)
  const kyberPrekey = named(prekeys.kyber, kyber.prekeyId)
  const oneTimePrekey =
    message.oneTimePrekeyId === undefined
      ? undefined
      : named(prekeys.oneTime, message.oneTimePrekeyId)
  if (!primitives.isPrimeOrderX25519Key(baseKey)) throw refusal()

  const kyberSecret = decapsulateKyber(primitives, kyberPrekey.keyPair.secretKey, kyber.ciphertext)
  if (kyberSecret === undefined) throw refusal()
  const secrets = agreeAsRecipient(
    primitives,
    {
      identityPrivateKey: local.identity.privateKey,
      signedPrekey: signedPrekey.keyPair,
      oneTimePrekey: oneTimePrekey?.keyPair,
      kyberSecret,
    },
    { identityKey, baseKey },
  )
  wipe(kyberSecret)
  if (secrets === undefined) throw refusal()

  const localIdentity = Uint8Array.from(local.identity.publicKey)
  const isSelf = isSameAccount(
    { name: local.address.name, identityKey: localIdentity },
    { name: remote.name, identityKey },
  )
  const spqr = startSpqr(primitives, { authKey: secrets.spqrKey, role: 'responder', isSelf })
  wipe(secrets.spqrKey)
  const state: SessionState = {
    baseKey,
    localIdentity,
    remoteIdentity: identityKey,
    localRegistrationId: local.registrationId,
    remoteRegistrationId: message.registrationId,
    rootKey: secrets.rootKey,
    // Copies: a session erases its ratchet key, and the prekey goes on.
    sender: {
      ratchet: {
        publicKey: Uint8Array.from(signedPrekey.keyPair.publicKey),
        privateKey: Uint8Array.from(signedPrekey.keyPair.privateKey),
      },
      chainKey: secrets.chainKey,
      index: 0,
    },
    previousCounter: 0,
    receivers: [],
    spqr,
    pending: undefined,
  }
  const used = {
    kyberPrekeyId: kyberPrekey.id,
    signedPrekeyId: signedPrekey.id,
    oneTimePrekeyId: oneTimePrekey?.id,
    baseKey,
  }
  return { state, used }
}

function named<Prekey extends { readonly id: number }>(
  prekey: Prekey | undefined,
  id: number,
): Prekey {
  if (prekey === undefined || prekey.id !== id) {
    throw new SignalError('unknown-prekey', `Cannot start session: there is no prekey ${id}`)
  }
  return prekey
}

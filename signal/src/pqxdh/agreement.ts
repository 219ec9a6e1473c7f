/**
 * @module The agreement of PQXDH (signal.org/docs/specifications/pqxdh §3.3 and §3.4), as each side computes it. What
 * one side takes from its own keys the other takes from its own, and both hash
 *
 * | bytes | |
 * |---|---|
 * | 32 | 0xff |
 * | 32 | initiator's identity key with recipient's signed prekey |
 * | 32 | initiator's base key with recipient's identity key |
 * | 32 | initiator's base key with recipient's signed prekey |
 * | 32 | initiator's base key with recipient's one-time prekey, if there is one |
 * | 32 | Kyber's shared secret |
 *
 * into a root key, the key of the first chain and the key that authenticates SPQR.
 */
import { type Primitives, wipe } from '@sotto/primitives'
import type { CurveKeyPair } from '#keys/curve-key-pair.ts'
import { pqxdhLabel } from '#labels.ts'

export interface PqxdhSecrets {
  readonly rootKey: Uint8Array
  readonly chainKey: Uint8Array
  readonly spqrKey: Uint8Array
}

const discontinuity = new Uint8Array(32).fill(0xff)

/** Undefined when a key of the recipient agrees on nothing. `kyberSecret` is not wiped. */
export function agreeAsInitiator(
  primitives: Primitives,
  own: {
    readonly identityPrivateKey: Uint8Array
    readonly basePrivateKey: Uint8Array
    readonly kyberSecret: Uint8Array
  },
  recipient: {
    readonly identityKey: Uint8Array
    readonly signedPrekey: Uint8Array
    readonly oneTimePrekey: Uint8Array | undefined
  },
): PqxdhSecrets | undefined {
  const { identityPrivateKey, basePrivateKey } = own
  return derivePqxdhSecrets(primitives, [
    primitives.x25519(identityPrivateKey, recipient.signedPrekey),
    primitives.x25519(basePrivateKey, recipient.identityKey),
    primitives.x25519(basePrivateKey, recipient.signedPrekey),
    ...(recipient.oneTimePrekey === undefined
      ? []
      : [primitives.x25519(basePrivateKey, recipient.oneTimePrekey)]),
    own.kyberSecret.slice(),
  ])
}

/** Undefined when a key of the initiator agrees on nothing. `kyberSecret` is not wiped. */
export function agreeAsRecipient(
  primitives: Primitives,
  own: {
    readonly identityPrivateKey: Uint8Array
    readonly signedPrekey: CurveKeyPair
    readonly oneTimePrekey: CurveKeyPair | undefined
    readonly kyberSecret: Uint8Array
  },
  initiator: { readonly identityKey: Uint8Array; readonly baseKey: Uint8Array },
): PqxdhSecrets | undefined {
  const signedPrivateKey = own.signedPrekey.privateKey
  return derivePqxdhSecrets(primitives, [
    primitives.x25519(signedPrivateKey, initiator.identityKey),
    primitives.x25519(own.identityPrivateKey, initiator.baseKey),
    primitives.x25519(signedPrivateKey, initiator.baseKey),
    ...(own.oneTimePrekey === undefined
      ? []
      : [primitives.x25519(own.oneTimePrekey.privateKey, initiator.baseKey)]),
    own.kyberSecret.slice(),
  ])
}

/** Wipes the parts. */
export function derivePqxdhSecrets(
  primitives: Primitives,
  parts: readonly (Uint8Array | undefined)[],
): PqxdhSecrets | undefined {
  const secrets = parts.filter((part) => part !== undefined)
  if (secrets.length !== parts.length) {
    wipe(...secrets)
    return undefined
  }
  const input = new Uint8Array(32 * (1 + secrets.length))
  input.set(discontinuity)
  for (const [i, secret] of secrets.entries()) input.set(secret, 32 * (i + 1))
  const keys = primitives.hkdfSha256(undefined, input, pqxdhLabel, 96)
  const result = {
    rootKey: keys.slice(0, 32),
    chainKey: keys.slice(32, 64),
    spqrKey: keys.slice(64),
  }
  wipe(input, keys, ...secrets)
  return result
}

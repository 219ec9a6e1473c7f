/**
 * @module Keys of a device as a client makes them, with signatures that verify: Curve25519 key pairs, XEdDSA over the
 * 33 serialized bytes, as libsignal does it.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { signXeddsa, x25519PublicKey } from '@sotto/primitives/noble'

export interface Identity {
  readonly privateKey: Uint8Array
  /** 33 bytes. */
  readonly publicKey: Uint8Array
}

export interface SignedKey {
  readonly keyId: number
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

export interface OneTimeKey {
  readonly keyId: number
  readonly publicKey: Uint8Array
}

export interface DeviceKeys {
  readonly identity: Identity
  readonly registrationId: number
  readonly signed: SignedKey
  readonly oneTime: readonly OneTimeKey[]
}

export function serialized(u: Uint8Array): Uint8Array {
  return Uint8Array.of(0x05, ...u)
}

export function drawIdentity(): Identity {
  // Not a Buffer: its `slice` is a view, and who signs wipes what it takes for a copy.
  const privateKey = Uint8Array.from(randomBytes(32))
  return { privateKey, publicKey: serialized(x25519PublicKey(privateKey)) }
}

/** `message` is what gets signed: the whole serialized key unless told. */
export function drawSignedKey(
  identity: Identity,
  keyId: number,
  message: (publicKey: Uint8Array) => Uint8Array = (publicKey) => publicKey,
): SignedKey {
  const publicKey = drawPublicKey()
  const signature = signXeddsa(identity.privateKey, message(publicKey), randomBytes(64))
  return { keyId, publicKey, signature }
}

/** Nobody checks more of a one-time key than its length and its first byte. */
export function drawPublicKey(): Uint8Array {
  return serialized(randomBytes(32))
}

export function drawOneTimeKeys(count: number, firstId = 1): readonly OneTimeKey[] {
  return Array.from({ length: count }, (_, i) => ({
    keyId: firstId + i,
    publicKey: drawPublicKey(),
  }))
}

export function drawDevice({ oneTime = 25, signedId = 1 } = {}): DeviceKeys {
  const identity = drawIdentity()
  return {
    identity,
    registrationId: randomInt(1, 16_380),
    signed: drawSignedKey(identity, signedId),
    oneTime: drawOneTimeKeys(oneTime),
  }
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

export function signedToJson({ keyId, publicKey, signature }: SignedKey) {
  return { keyId, publicKey: base64(publicKey), signature: base64(signature) }
}

export function oneTimeToJson({ keyId, publicKey }: OneTimeKey) {
  return { keyId, publicKey: base64(publicKey) }
}

/** What registration and takeover send of a device. */
export function deviceToJson({ identity, registrationId, signed, oneTime }: DeviceKeys) {
  return {
    identityKey: base64(identity.publicKey),
    registrationId,
    signedPreKey: signedToJson(signed),
    oneTimePreKeys: oneTime.map(oneTimeToJson),
  }
}

/**
 * @module What a device makes up before it registers: identity, signed prekey, one-time prekeys, in the JSON shapes of
 * the REST interface.
 */
import { randomInt } from 'node:crypto'
import { generateKeyPair, type KeyPair, sign, unownedPublicKey } from '#clients/curve25519.ts'

export interface SignedPreKey {
  readonly keyId: number
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

export interface OneTimePreKey {
  readonly keyId: number
  readonly publicKey: Uint8Array
}

export interface Device {
  readonly identity: KeyPair
  readonly registrationId: number
  readonly signedPreKey: SignedPreKey
  readonly oneTimePreKeys: readonly OneTimePreKey[]
}

export interface Bundle {
  readonly registrationId: number
  readonly identityKey: Uint8Array
  readonly signedPreKey: SignedPreKey
  readonly oneTimePreKey: OneTimePreKey | null
}

export function createDevice(oneTimeCount: number): Device {
  const identity = generateKeyPair()
  return {
    identity,
    registrationId: randomInt(1, 16_380),
    signedPreKey: createSignedPreKey(identity, 1),
    oneTimePreKeys: createOneTimePreKeys(1, oneTimeCount),
  }
}

/** libsignal signs the 33 serialized bytes. */
export function createSignedPreKey(identity: KeyPair, keyId: number): SignedPreKey {
  const { publicKey } = generateKeyPair()
  return { keyId, publicKey, signature: sign(identity, publicKey) }
}

export function createOneTimePreKeys(firstId: number, count: number): readonly OneTimePreKey[] {
  return Array.from({ length: count }, (_, i) => ({
    keyId: firstId + i,
    publicKey: unownedPublicKey(),
  }))
}

export interface PreKeyJson {
  readonly keyId: number
  readonly publicKey: string
}

export interface KeysJson {
  readonly identityKey?: string
  readonly registrationId?: number
  readonly signedPreKey: PreKeyJson & { readonly signature: string }
  readonly oneTimePreKeys: readonly PreKeyJson[]
}

export function keysToJson(keys: {
  readonly identityKey?: Uint8Array
  readonly registrationId?: number
  readonly signedPreKey: SignedPreKey
  readonly oneTimePreKeys: readonly OneTimePreKey[]
}): KeysJson {
  return {
    ...(keys.identityKey === undefined ? {} : { identityKey: base64(keys.identityKey) }),
    ...(keys.registrationId === undefined ? {} : { registrationId: keys.registrationId }),
    signedPreKey: {
      keyId: keys.signedPreKey.keyId,
      publicKey: base64(keys.signedPreKey.publicKey),
      signature: base64(keys.signedPreKey.signature),
    },
    oneTimePreKeys: keys.oneTimePreKeys.map(({ keyId, publicKey }) => ({
      keyId,
      publicKey: base64(publicKey),
    })),
  }
}

export function deviceToJson(device: Device): KeysJson {
  return keysToJson({ ...device, identityKey: device.identity.publicKey })
}

/** Standard alphabet with padding: the only form that the relay takes. */
function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}

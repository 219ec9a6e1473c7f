/**
 * @module Watches what goes through a provider, for tests that secrets are erased once they are not needed: every key and
 * every secret that an operation was given or made is remembered as the very object that holds it.
 */
import type { Primitives } from '@sotto/primitives'

export interface Watched {
  readonly primitives: Primitives
  /** How many were seen. */
  seen(): number
  /** Those that still hold something, without those that are meant to. */
  left(isMeant: (bytes: Uint8Array) => boolean): readonly string[]
}

export function watched(primitives: Primitives): Watched {
  const secrets = new Map<Uint8Array, string>()
  const see = <Bytes extends Uint8Array | undefined>(what: string, bytes: Bytes): Bytes => {
    if (bytes !== undefined) secrets.set(bytes, what)
    return bytes
  }
  return {
    primitives: {
      ...primitives,
      name: 'watched',
      x25519: (privateKey, publicKey) => {
        see('private key', privateKey)
        return see('agreement', primitives.x25519(privateKey, publicKey))
      },
      hkdfSha256: (salt, material, info, length) => {
        see('salt', salt)
        see('material', material)
        return see('derived keys', primitives.hkdfSha256(salt, material, info, length))
      },
      hmacSha256: (key, ...parts) => {
        see('HMAC key', key)
        return primitives.hmacSha256(key, ...parts)
      },
      shake256: (length, ...parts) => {
        // Behind a secret stands what is public.
        see('SHAKE input', parts[0])
        return see('SHAKE output', primitives.shake256(length, ...parts))
      },
    },
    seen: () => secrets.size,
    left: (isMeant) =>
      [...secrets]
        .filter(([bytes]) => bytes.some((byte) => byte !== 0) && !isMeant(bytes))
        .map(([bytes, what]) => `${what} of ${bytes.length}`),
  }
}

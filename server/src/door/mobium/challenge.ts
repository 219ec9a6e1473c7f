/**
 * @module Who somebody is: an Ed25519 signature over `Mobium-auth-v1` and the nonce that this connection was sent
 * (mobium reference §1.5), and over `Mobium-x25519-bind-v1` and an X25519 key for those who bind one to their identity.
 */
import type { VerifyEd25519 } from '@sotto/primitives'
import type { IdentityKey } from '@sotto/wire'

export const nonceBytes = 32

const loginPrefix = new TextEncoder().encode('Mobium-auth-v1')
const bindPrefix = new TextEncoder().encode('Mobium-x25519-bind-v1')

export function loginMessage(nonce: Uint8Array): Uint8Array {
  return joined(loginPrefix, nonce)
}

export function bindMessage(exchangeKey: Uint8Array): Uint8Array {
  return joined(bindPrefix, exchangeKey)
}

/** Whether the signature says that this X25519 key is the identity's. */
export function isBound(
  verify: VerifyEd25519,
  identity: IdentityKey,
  exchangeKey: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify(identity, bindMessage(exchangeKey), signature)
}

function joined(prefix: Uint8Array, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefix.length + rest.length)
  bytes.set(prefix)
  bytes.set(rest, prefix.length)
  return bytes
}

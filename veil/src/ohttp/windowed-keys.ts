/**
 * @module A gateway's keys, one for each window of time, all from one secret that is kept. Whoever has the secret has
 * the same keys after a restart, and several gateways with one secret share them.
 *
 * A window's key is accepted one window earlier and one later as well: clients and caches between keep a configuration
 * for a while, and clocks differ. The key id is the window's number modulo 256, which three windows in a row do not share.
 *
 * This is no forward secrecy: whoever takes the secret can make all keys again, those of the past included.
 */
import type { Primitives } from '@sotto/primitives'
import { ascii, concatenate } from '#bytes.ts'
import type { GatewayKey } from '#ohttp/gateway.ts'

/** At least this much has to be kept. */
export const secretBytes = 32

const label = ascii('sotto ohttp gateway key v1')

/** The number of the window that a moment lies in. */
export function windowAt(unixSeconds: number, windowSeconds: number): number {
  if (!Number.isSafeInteger(windowSeconds) || windowSeconds < 1) {
    throw new RangeError('Cannot find window: expected a length of 1 second or more')
  }
  return requireWindow(Math.floor(unixSeconds / windowSeconds))
}

export function keyFor(primitives: Primitives, secret: Uint8Array, window: number): GatewayKey {
  if (secret.length < secretBytes) {
    throw new RangeError(
      `Cannot derive gateway key: secret has ${secret.length} bytes of at least ${secretBytes}`,
    )
  }
  const number = new DataView(new ArrayBuffer(8))
  number.setBigUint64(0, BigInt(requireWindow(window)))
  const info = concatenate([label, new Uint8Array(number.buffer)])
  const privateKey = primitives.hkdfSha256(undefined, secret, info, 32)
  const publicKey = primitives.x25519PublicKey(privateKey)
  return { keyId: window % 256, privateKey, publicKey }
}

/** The keys to accept in a window: its own first, which is the one to publish, then its neighbours'. */
export function keysAround(
  primitives: Primitives,
  secret: Uint8Array,
  window: number,
): readonly [GatewayKey, ...GatewayKey[]] {
  const key = (number: number): GatewayKey => keyFor(primitives, secret, number)
  return [key(window), ...(window > 0 ? [key(window - 1)] : []), key(window + 1)]
}

function requireWindow(window: number): number {
  if (!Number.isSafeInteger(window) || window < 0) {
    throw new RangeError('Cannot use window: expected a safe integer from 0 on')
  }
  return window
}

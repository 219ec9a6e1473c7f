/**
 * @module Which devices an identity has, as it says itself: a relay cannot add one, and cannot take one away without being
 * seen by who knows a newer list.
 */
import { equalBytes, type Primitives } from '@sotto/primitives'
import { type Signer, signBody, verifySigned } from '#cards/signing.ts'
import { SottoError } from '#errors.ts'

export interface DeviceList {
  /** 1 to 127, rising, at least one. */
  readonly devices: readonly number[]
  readonly issuedAtMillis: number
}

/** The signed list as bytes. */
export function makeDeviceList(
  primitives: Primitives,
  identity: Signer,
  { devices, issuedAtMillis }: DeviceList,
): Uint8Array {
  if (!isRising(devices)) {
    throw new SottoError('invalid-argument', 'Cannot make device list: empty or not rising')
  }
  return signBody(primitives, identity, 'devices', { devices, issued_at: issuedAtMillis })
}

/** Undefined unless this identity has signed it. Which of several is newer, the caller knows. */
export function readDeviceList(
  primitives: Primitives,
  identity: Uint8Array,
  signed: Uint8Array,
): DeviceList | undefined {
  const list = verifySigned(primitives, 'devices', signed)
  if (list === undefined || !equalBytes(list.identity, identity)) return undefined
  return isRising(list.devices)
    ? { devices: list.devices, issuedAtMillis: list.issued_at }
    : undefined
}

function isRising(devices: readonly number[]): boolean {
  return devices.length > 0 && devices.every((device, at) => device > (devices[at - 1] ?? 0))
}

/**
 * @module Who talks to whom: a name and the number of one of its devices. A name may be anything that the application
 * likes; when both are service ids, messages that start a session carry and authenticate them.
 *
 * | bytes of a service id | |
 * |---|---|
 * | 1 | kind: 0 an account's, 1 a phone number's |
 * | 16 | UUID |
 *
 * | bytes of the two addresses in a message | |
 * |---|---|
 * | 17, 1 | the sender's service id and device |
 * | 17, 1 | the recipient's |
 */
import { equalBytes } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { maxDeviceId } from '#limits.ts'

export interface ProtocolAddress {
  readonly name: string
  /** 1 to 127. */
  readonly deviceId: number
}

export interface ServiceId {
  readonly kind: 'account' | 'phone-number'
  /** 16 bytes. */
  readonly uuid: Uint8Array
}

export const serviceIdBytes = 17
export const addressPairBytes = 2 * (serviceIdBytes + 1)

const uuidBytes = 16
const phoneNumberPrefix = 'PNI:'
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu

export function protocolAddress(name: string, deviceId: number): ProtocolAddress {
  if (!Number.isInteger(deviceId) || deviceId < 1 || deviceId > maxDeviceId) {
    throw new SignalError(
      'invalid-argument',
      `Cannot make address: device id ${deviceId} is not between 1 and ${maxDeviceId}`,
    )
  }
  return { name, deviceId }
}

/** The service id that a name spells: a hyphenated UUID, or `PNI:` and one. Undefined for any other name. */
export function parseServiceId(name: string): ServiceId | undefined {
  const isPhoneNumber = name.startsWith(phoneNumberPrefix)
  const text = isPhoneNumber ? name.slice(phoneNumberPrefix.length) : name
  if (!uuidPattern.test(text)) return undefined
  const digits = text.replaceAll('-', '')
  const uuid = new Uint8Array(uuidBytes)
  for (let i = 0; i < uuidBytes; i++) {
    uuid[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  }
  return { kind: isPhoneNumber ? 'phone-number' : 'account', uuid }
}

/** The name of a service id, in lower case. */
export function formatServiceId({ kind, uuid }: ServiceId): string {
  checkUuid(uuid)
  const digits = Array.from(uuid, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const text = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ].join('-')
  return kind === 'phone-number' ? phoneNumberPrefix + text : text
}

/** 17 bytes. */
export function serializeServiceId({ kind, uuid }: ServiceId): Uint8Array {
  checkUuid(uuid)
  const bytes = new Uint8Array(serviceIdBytes)
  bytes[0] = kind === 'phone-number' ? 1 : 0
  bytes.set(uuid, 1)
  return bytes
}

/** Undefined for another length than 17, or another kind than 0 and 1. */
export function deserializeServiceId(bytes: Uint8Array): ServiceId | undefined {
  const kind = bytes[0]
  if (bytes.length !== serviceIdBytes || (kind !== 0 && kind !== 1)) return undefined
  return {
    kind: kind === 1 ? 'phone-number' : 'account',
    uuid: new Uint8Array(bytes.subarray(1)),
  }
}

export function isSameServiceId(a: ServiceId, b: ServiceId): boolean {
  return a.kind === b.kind && equalBytes(a.uuid, b.uuid)
}

/** The 36 bytes of a message's addresses. Undefined unless both names are service ids. */
export function serializeAddressPair(
  sender: ProtocolAddress,
  recipient: ProtocolAddress,
): Uint8Array | undefined {
  const from = parseServiceId(sender.name)
  const to = parseServiceId(recipient.name)
  if (from === undefined || to === undefined) return undefined
  const bytes = new Uint8Array(addressPairBytes)
  bytes.set(serializeServiceId(from))
  bytes[serviceIdBytes] = sender.deviceId
  bytes.set(serializeServiceId(to), serviceIdBytes + 1)
  bytes[addressPairBytes - 1] = recipient.deviceId
  return bytes
}

/** Two devices of one person: the same identity key, and the same service id as their name. */
export function isSameAccount(
  local: { readonly name: string; readonly identityKey: Uint8Array },
  remote: { readonly name: string; readonly identityKey: Uint8Array },
): boolean {
  if (!equalBytes(local.identityKey, remote.identityKey)) return false
  const localId = parseServiceId(local.name)
  const remoteId = parseServiceId(remote.name)
  return localId !== undefined && remoteId !== undefined && isSameServiceId(localId, remoteId)
}

function checkUuid(uuid: Uint8Array): void {
  if (uuid.length !== uuidBytes) {
    throw new RangeError(`Cannot write service id: ${uuid.length} bytes of ${uuidBytes}`)
  }
}

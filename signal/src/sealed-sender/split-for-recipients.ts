/**
 * @module What a server does with a message sealed for many: read whom it is for, and make of it what each of them
 * receives. It needs no key and learns nothing of the content.
 *
 * The form as sent is in `seal-for-many.ts`. An older one starts with 0x22 and has 16 bytes for each service id, all of
 * them accounts'.
 */
import { SignalError } from '#errors.ts'
import { maxDeviceId, maxRegistrationId } from '#limits.ts'
import {
  deserializeServiceId,
  formatServiceId,
  serviceIdBytes,
  type ServiceId,
} from '#messages/service-address.ts'
import {
  moreDevicesBit,
  noDevices,
  sentVersionByte,
  type SealedDevice,
} from '#sealed-sender/seal-for-many.ts'
import { messageSecretBytes, senderTagBytes } from '#sealed-sender/version-2-keys.ts'
import { ephemeralKeyBytes, receivedVersionByte } from '#sealed-sender/version-2.ts'

const accountsVersionByte = 0x22
const uuidBytes = 16
const keyMaterialBytes = messageSecretBytes + senderTagBytes
const maxCountBytes = 5

export interface SplitMessage {
  readonly recipients: readonly SplitRecipient[]
  readonly excluded: readonly ServiceId[]
  /** What all recipients get: a view into the message. */
  readonly shared: Uint8Array
}

export interface SplitRecipient {
  readonly serviceId: ServiceId
  readonly devices: readonly SealedDevice[]
  /** What this recipient alone gets: a view into the message. */
  readonly keyMaterial: Uint8Array
}

export function splitForRecipients(bytes: Uint8Array): SplitMessage {
  const version = bytes[0]
  if (version === undefined) throw malformed()
  if (version !== sentVersionByte && version !== accountsVersionByte) {
    throw new SignalError('unsupported-version', 'Cannot split sealed message: unknown version')
  }
  const reader = new SentReader(bytes, version)
  const count = reader.count()
  const recipientsByName = new Map<string, SplitRecipient & { readonly devices: SealedDevice[] }>()
  const excludedByName = new Map<string, ServiceId>()
  for (let i = 0; i < count; i++) {
    const serviceId = reader.serviceId()
    const name = formatServiceId(serviceId)
    const devices = reader.devices()
    const earlier = recipientsByName.get(name)
    // Devices may come in several entries; who is excluded stands for themselves, once.
    if (excludedByName.has(name)) throw malformed()
    if (devices.length === 0) {
      if (earlier !== undefined) throw malformed()
      excludedByName.set(name, serviceId)
      continue
    }
    // The key material of one person is the same in every entry.
    const keyMaterial = reader.take(keyMaterialBytes)
    if (earlier === undefined) recipientsByName.set(name, { serviceId, devices, keyMaterial })
    else earlier.devices.push(...devices)
  }
  const shared = reader.rest()
  if (shared.length < ephemeralKeyBytes) throw malformed()
  return {
    recipients: [...recipientsByName.values()],
    excluded: [...excludedByName.values()],
    shared,
  }
}

/** The message as all devices of this recipient receive it. */
export function receivedMessage(message: SplitMessage, recipient: SplitRecipient): Uint8Array {
  const bytes = new Uint8Array(1 + recipient.keyMaterial.length + message.shared.length)
  bytes[0] = receivedVersionByte
  bytes.set(recipient.keyMaterial, 1)
  bytes.set(message.shared, 1 + recipient.keyMaterial.length)
  return bytes
}

class SentReader {
  readonly #bytes: Uint8Array
  readonly #version: number
  #at = 1

  constructor(bytes: Uint8Array, version: number) {
    this.#bytes = bytes
    this.#version = version
  }

  take(length: number): Uint8Array {
    if (this.#bytes.length - this.#at < length) throw malformed()
    return this.#bytes.subarray(this.#at, (this.#at += length))
  }

  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at)
  }

  count(): number {
    let value = 0
    for (let i = 0; i < maxCountBytes; i++) {
      const byte = this.#byte()
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte >= 0x80) continue
      // Readers disagree about needless zeros.
      if (byte === 0 && i > 0) throw malformed()
      return value
    }
    throw malformed()
  }

  serviceId(): ServiceId {
    if (this.#version === accountsVersionByte) {
      return { kind: 'account', uuid: new Uint8Array(this.take(uuidBytes)) }
    }
    const serviceId = deserializeServiceId(this.take(serviceIdBytes))
    if (serviceId === undefined) throw malformed()
    return serviceId
  }

  /** Empty for one who is excluded. */
  devices(): SealedDevice[] {
    const devices: SealedDevice[] = []
    for (;;) {
      const deviceId = this.#byte()
      if (deviceId === noDevices && devices.length === 0) return devices
      if (deviceId < 1 || deviceId > maxDeviceId) throw malformed()
      const registration = (this.#byte() << 8) | this.#byte()
      devices.push({ deviceId, registrationId: registration & maxRegistrationId })
      if ((registration & moreDevicesBit) === 0) return devices
    }
  }

  #byte(): number {
    return this.take(1)[0] as number
  }
}

function malformed(): SignalError {
  return new SignalError('malformed', 'Cannot split sealed message: malformed')
}

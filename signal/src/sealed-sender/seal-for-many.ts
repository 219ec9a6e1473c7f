/**
 * @module Sealing one content for many recipients at once, as it goes to the server, which splits it.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | 0x23 |
 * | 1–5 | varint: how many recipients and excluded ones follow |
 * | 17 | a recipient's service id |
 * | 3 each | its devices: id (1), registration id in 14 bits, with the top bit of 16 set if one more follows (2) |
 * | 32 | C |
 * | 16 | T |
 * | 18 each | excluded ones: service id (17), 0 |
 * | 32 | e, without a type byte |
 * | n | content, sealed |
 */
import { wipe, type Primitives } from '@sotto/primitives'
import { ProtobufWriter, varintBytes } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import type { CurveKeyPair } from '#keys/curve-key-pair.ts'
import { maxRegistrationId } from '#limits.ts'
import {
  formatServiceId,
  protocolAddress,
  serializeServiceId,
  serviceIdBytes,
  type ServiceId,
} from '#messages/service-address.ts'
import type { Randomness } from '#randomness.ts'
import { invalidKey } from '#sealed-sender/refusals.ts'
import {
  ephemeralPair,
  maskMessageSecret,
  messageSecretBytes,
  sealContent,
  senderTag,
  senderTagBytes,
} from '#sealed-sender/version-2-keys.ts'

export const sentVersionByte = 0x23
export const moreDevicesBit = 0x8000
/** Stands where a device id would, behind one who gets nothing. */
export const noDevices = 0

export interface SealedDevice {
  /** 1 to 127. */
  readonly deviceId: number
  /** 14 bits; the server refuses the message if the device has registered anew. */
  readonly registrationId: number
}

export interface SealedRecipient {
  readonly serviceId: ServiceId
  /** 32 bytes. */
  readonly identityKey: Uint8Array
  /** At least one. */
  readonly devices: readonly SealedDevice[]
}

const deviceBytes = 3

/** Draws 32 bytes. `content` is written sealed content. */
export function sealForMany(
  primitives: Primitives,
  input: {
    readonly sender: CurveKeyPair
    readonly recipients: readonly SealedRecipient[]
    /** Members of the group who get nothing, so that the server can see that nobody was forgotten. */
    readonly excluded?: readonly ServiceId[]
    readonly content: Uint8Array
  },
  random: Randomness,
): Uint8Array {
  const { sender, recipients, excluded = [], content } = input
  checkRecipients(recipients, excluded)
  const messageSecret = random(messageSecretBytes)
  const ephemeral = ephemeralPair(primitives, messageSecret)
  const sealed = sealContent(primitives, messageSecret, content)

  const count = recipients.length + excluded.length
  const deviceCount = recipients.reduce((sum, recipient) => sum + recipient.devices.length, 0)
  const writer = new ProtobufWriter(
    1 +
      varintBytes(count) +
      recipients.length * (serviceIdBytes + messageSecretBytes + senderTagBytes) +
      deviceCount * deviceBytes +
      excluded.length * (serviceIdBytes + 1) +
      ephemeral.publicKey.length +
      sealed.length,
  )
  writer.byte(sentVersionByte)
  writer.varint(count)
  for (const recipient of recipients) {
    writer.raw(serializeServiceId(recipient.serviceId))
    writeDevices(writer, recipient.devices)
    writeMaskedSecret(primitives, writer, { messageSecret, ephemeral, sender, recipient })
  }
  for (const serviceId of excluded) {
    writer.raw(serializeServiceId(serviceId))
    writer.byte(noDevices)
  }
  writer.raw(ephemeral.publicKey)
  writer.raw(sealed)
  wipe(messageSecret, ephemeral.privateKey)
  return writer.bytes
}

function writeDevices(writer: ProtobufWriter, devices: readonly SealedDevice[]): void {
  devices.forEach(({ deviceId, registrationId }, index) => {
    const isLast = index === devices.length - 1
    const registration = isLast ? registrationId : registrationId | moreDevicesBit
    writer.byte(deviceId)
    writer.byte(registration >> 8)
    writer.byte(registration & 0xff)
  })
}

function writeMaskedSecret(
  primitives: Primitives,
  writer: ProtobufWriter,
  keys: {
    readonly messageSecret: Uint8Array
    readonly ephemeral: CurveKeyPair
    readonly sender: CurveKeyPair
    readonly recipient: SealedRecipient
  },
): void {
  const recipient = keys.recipient.identityKey
  const ephemeral = keys.ephemeral.publicKey
  const agreed = primitives.x25519(keys.ephemeral.privateKey, recipient)
  const agreedWithSender = primitives.x25519(keys.sender.privateKey, recipient)
  if (agreed === undefined || agreedWithSender === undefined) throw invalidKey()
  const masked = maskMessageSecret(primitives, keys.messageSecret, agreed, {
    ephemeral,
    recipient,
  })
  const sender = keys.sender.publicKey
  writer.raw(masked)
  writer.raw(senderTag(primitives, agreedWithSender, { ephemeral, masked, sender, recipient }))
  wipe(agreed, agreedWithSender)
}

function checkRecipients(
  recipients: readonly SealedRecipient[],
  excluded: readonly ServiceId[],
): void {
  const names = new Set<string>()
  for (const serviceId of [...recipients.map((recipient) => recipient.serviceId), ...excluded]) {
    const name = formatServiceId(serviceId)
    if (names.has(name)) {
      throw new SignalError('invalid-argument', 'Cannot seal message: a recipient appears twice')
    }
    names.add(name)
  }
  for (const { serviceId, devices } of recipients) {
    if (devices.length === 0) {
      throw new SignalError('invalid-argument', 'Cannot seal message: a recipient has no device')
    }
    for (const { deviceId, registrationId } of devices) {
      protocolAddress(formatServiceId(serviceId), deviceId)
      if (registrationId >>> 0 !== registrationId || registrationId > maxRegistrationId) {
        throw new SignalError(
          'invalid-argument',
          `Cannot seal message: registration id ${registrationId} is not below 2^14`,
        )
      }
    }
  }
}

/**
 * @module From a sealed message to its plaintext: unseal, validate the certificate, refuse what this device sent itself,
 * and hand the message inside to the session with its sender.
 */
import type { Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import type { CurveKeyPair } from '#keys/curve-key-pair.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'
import { invalidSealedMessage } from '#sealed-sender/refusals.ts'
import type { SealedContent } from '#sealed-sender/sealed-content.ts'
import type { SenderCertificate } from '#sealed-sender/sender-certificate.ts'
import { unsealMessage } from '#sealed-sender/unseal.ts'
import {
  isValidSenderCertificate,
  type CertificateTrust,
} from '#sealed-sender/validate-certificate.ts'

export interface SealedLocal {
  readonly address: ProtocolAddress
  readonly phoneNumber?: string | undefined
  readonly identity: CurveKeyPair
}

export interface SealedMessage {
  readonly bytes: Uint8Array
  readonly local: SealedLocal
  readonly trust: CertificateTrust
  readonly nowMillis: number
}

/** Who sent it, and what for; all of it is authenticated. */
export interface SealedSender {
  readonly address: ProtocolAddress
  readonly content: SealedContent
}

/** A message inside, for the session with its sender. */
export interface SessionMessage {
  readonly type: 'prekey' | 'whisper'
  readonly bytes: Uint8Array
}

/**
 * Any content whose sender is certified: messages of sessions, group messages, decryption errors. Who handles only
 * the first uses `decryptSealedMessage`.
 */
export function openSealedMessage(primitives: Primitives, message: SealedMessage): SealedSender {
  const { local, trust, nowMillis } = message
  const content = unsealMessage(primitives, local.identity, message.bytes)
  if (!isValidSenderCertificate(primitives, content.certificate, trust, nowMillis)) {
    throw new SignalError('invalid-certificate', 'Cannot unseal message: invalid certificate')
  }
  if (isSelf(content.certificate, local)) {
    throw new SignalError('self-send', 'Cannot unseal message: this device sent it')
  }
  const { name, deviceId } = content.certificate
  return { address: { name, deviceId }, content }
}

/**
 * What `decryptInner` makes of the message inside, which is of a session; other kinds are refused. It may be
 * asynchronous, and what it throws passes through.
 */
export function decryptSealedMessage<T>(
  primitives: Primitives,
  message: SealedMessage,
  decryptInner: (from: ProtocolAddress, inner: SessionMessage, sender: SealedSender) => T,
): T {
  const sender = openSealedMessage(primitives, message)
  const { type, message: bytes } = sender.content
  if (type !== 'prekey' && type !== 'whisper') throw invalidSealedMessage()
  return decryptInner(sender.address, { type, bytes }, sender)
}

function isSelf(certificate: SenderCertificate, local: SealedLocal): boolean {
  const isSamePerson =
    certificate.name === local.address.name ||
    (certificate.phoneNumber !== undefined && certificate.phoneNumber === local.phoneNumber)
  return isSamePerson && certificate.deviceId === local.address.deviceId
}

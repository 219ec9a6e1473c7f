/**
 * @module What a server certifies of a sender: that this identity key is this person's, on this device, until then. It
 * travels within what is sealed, so that only the recipient learns who sent it.
 *
 * | tag | type | what |
 * |---|---|---|
 * | 1 | bytes | what is signed, below |
 * | 2 | bytes | XEdDSA signature by the server |
 *
 * | tag | type | signed |
 * |---|---|---|
 * | 1 | string | phone number; optional |
 * | 2 | uint32 | device, 1 to 127 |
 * | 3 | fixed64 | end of validity, in ms |
 * | 4 | bytes | identity key, 33 |
 * | 5 or 8 | bytes or uint32 | the server's certificate, or the id of one that everybody knows |
 * | 6 or 7 | string or bytes | service id: as text, or 16 bytes of a UUID |
 */
import type { Primitives } from '@sotto/primitives'
import { formatUuid, parseUuid } from '@sotto/wire'
import { ProtobufReader } from '@sotto/wire/protobuf'
import { parseCurveKey, serializeCurveKey } from '#keys/serialized-key.ts'
import { maxDeviceId } from '#limits.ts'
import { bytesField, encodeFields, fixed64Field, varintField } from '#messages/protobuf-fields.ts'
import { protocolAddress } from '#messages/service-address.ts'
import type { Randomness } from '#randomness.ts'
import {
  malformedCertificate,
  parseServerCertificate,
  parseSigned,
  signatureRandomBytes,
  writeSigned,
  type ServerCertificate,
} from '#sealed-sender/server-certificate.ts'

/** What TextEncoder is in every runtime; this package compiles without their libraries. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

export interface SenderCertificate extends CertifiedSender {
  readonly signer: CertificateSigner
  /** The bytes that are signed. */
  readonly certificate: Uint8Array
  readonly signature: Uint8Array
  readonly serialized: Uint8Array
}

export interface CertifiedSender {
  /** The name of the sender's address, a service id as text. */
  readonly name: string
  readonly phoneNumber?: string | undefined
  readonly deviceId: number
  /** 32 bytes. */
  readonly identityKey: Uint8Array
  /** The certificate is valid up to and including this. Exact up to 2^53. */
  readonly expiresAtMillis: number
}

export type CertificateSigner =
  | { readonly kind: 'embedded'; readonly certificate: ServerCertificate }
  | { readonly kind: 'known'; readonly keyId: number }

/** `nameAs: 'uuid'` writes 16 bytes instead of a text, which only an account's name can be. */
export function issueSenderCertificate(
  primitives: Primitives,
  sender: CertifiedSender,
  server: {
    readonly signer: CertificateSigner
    readonly privateKey: Uint8Array
    readonly nameAs?: 'text' | 'uuid'
  },
  random: Randomness,
): SenderCertificate {
  const { deviceId } = protocolAddress(sender.name, sender.deviceId)
  const { signer } = server
  const certificate = encodeFields([
    sender.phoneNumber === undefined ? undefined : bytesField(1, utf8(sender.phoneNumber)),
    varintField(2, deviceId),
    fixed64Field(3, sender.expiresAtMillis),
    bytesField(4, serializeCurveKey(sender.identityKey)),
    signer.kind === 'embedded' ? bytesField(5, signer.certificate.serialized) : undefined,
    server.nameAs === 'uuid'
      ? bytesField(7, uuidOf(sender.name))
      : bytesField(6, utf8(sender.name)),
    signer.kind === 'known' ? varintField(8, signer.keyId) : undefined,
  ])
  const signature = primitives.signXeddsa(
    server.privateKey,
    certificate,
    random(signatureRandomBytes),
  )
  return parseSenderCertificate(writeSigned({ certificate, signature }))
}

export function parseSenderCertificate(bytes: Uint8Array): SenderCertificate {
  const signed = parseSigned(bytes)
  // Of a pair's two forms, as of one field, the last counts; only that one is looked into.
  let phoneNumber: string | undefined
  let deviceId: number | undefined
  let expiresAtMillis: number | undefined
  let identityKey: Uint8Array | undefined
  let signer: Uint8Array | number | undefined
  let name: Uint8Array | string | undefined
  const reader = new ProtobufReader(signed.certificate)
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        phoneNumber = reader.text()
        break
      case 2:
        deviceId = reader.int32() >>> 0
        break
      case 3:
        expiresAtMillis = reader.fixed64()
        break
      case 4:
        identityKey = reader.bytes()
        break
      case 5:
        signer = reader.bytes()
        break
      case 6:
        name = reader.text()
        break
      case 7:
        name = reader.bytes()
        break
      case 8:
        signer = reader.int32() >>> 0
        break
      default:
        reader.skip()
    }
  }
  if (
    reader.failed ||
    deviceId === undefined ||
    deviceId < 1 ||
    deviceId > maxDeviceId ||
    expiresAtMillis === undefined ||
    identityKey === undefined ||
    signer === undefined ||
    name === undefined
  ) {
    throw malformedCertificate()
  }
  return {
    name: typeof name === 'string' ? name : uuidText(name),
    ...(phoneNumber === undefined ? {} : { phoneNumber }),
    deviceId,
    identityKey: parseCurveKey(identityKey),
    expiresAtMillis,
    signer: signerOf(signer),
    ...signed,
    serialized: new Uint8Array(bytes),
  }
}

function signerOf(signer: Uint8Array | number): CertificateSigner {
  return typeof signer === 'number'
    ? { kind: 'known', keyId: signer }
    : { kind: 'embedded', certificate: parseServerCertificate(signer) }
}

function uuidOf(name: string): Uint8Array {
  const uuid = parseUuid(name)
  if (uuid === undefined) {
    throw new RangeError(`Cannot issue certificate: name "${name}" is not a UUID`)
  }
  return uuid
}

function uuidText(bytes: Uint8Array): string {
  if (bytes.length !== 16) throw malformedCertificate()
  return formatUuid(bytes)
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/**
 * @module The certificate of a server that may certify senders, signed by a trust root.
 *
 * | tag | type | what |
 * |---|---|---|
 * | 1 | bytes | what is signed: protobuf of 1 uint32 key id, 2 bytes public key (33) |
 * | 2 | bytes | XEdDSA signature |
 */
import type { Primitives } from '@sotto/primitives'
import { ProtobufReader } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import { parseCurveKey, serializeCurveKey } from '#keys/serialized-key.ts'
import { bytesField, encodeFields, varintField } from '#messages/protobuf-fields.ts'
import type { Randomness } from '#randomness.ts'

export interface ServerCertificate {
  readonly keyId: number
  /** 32 bytes; the server signs senders' certificates with it. */
  readonly key: Uint8Array
  /** The bytes that are signed. */
  readonly certificate: Uint8Array
  readonly signature: Uint8Array
  readonly serialized: Uint8Array
}

export const signatureRandomBytes = 64

export function issueServerCertificate(
  primitives: Primitives,
  server: { readonly keyId: number; readonly key: Uint8Array },
  trustRootPrivateKey: Uint8Array,
  random: Randomness,
): ServerCertificate {
  const certificate = encodeFields([
    varintField(1, server.keyId),
    bytesField(2, serializeCurveKey(server.key)),
  ])
  const signature = primitives.signXeddsa(
    trustRootPrivateKey,
    certificate,
    random(signatureRandomBytes),
  )
  return parseServerCertificate(writeSigned({ certificate, signature }))
}

export function parseServerCertificate(bytes: Uint8Array): ServerCertificate {
  const signed = parseSigned(bytes)
  let keyId: number | undefined
  let key: Uint8Array | undefined
  const reader = new ProtobufReader(signed.certificate)
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        keyId = reader.int32() >>> 0
        break
      case 2:
        key = reader.bytes()
        break
      default:
        reader.skip()
    }
  }
  if (reader.failed || keyId === undefined || key === undefined) throw malformedCertificate()
  return {
    keyId,
    key: parseCurveKey(key),
    ...signed,
    serialized: new Uint8Array(bytes),
  }
}

export interface SignedBytes {
  readonly certificate: Uint8Array
  readonly signature: Uint8Array
}

export function writeSigned({ certificate, signature }: SignedBytes): Uint8Array {
  return encodeFields([bytesField(1, certificate), bytesField(2, signature)])
}

/** The outer message, which both kinds of certificates share. The result shares no memory with the bytes. */
export function parseSigned(bytes: Uint8Array): SignedBytes {
  let certificate: Uint8Array | undefined
  let signature: Uint8Array | undefined
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        certificate = reader.bytes()
        break
      case 2:
        signature = reader.bytes()
        break
      default:
        reader.skip()
    }
  }
  if (reader.failed || certificate === undefined || signature === undefined) {
    throw malformedCertificate()
  }
  return { certificate: new Uint8Array(certificate), signature: new Uint8Array(signature) }
}

export function malformedCertificate(): SignalError {
  return new SignalError('malformed', 'Cannot read certificate: malformed')
}

/**
 * @module The one thing that travels between devices unencrypted (type 8): a decryption error message.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | 0xC0 |
 * | n | protobuf of a content: 8 decryption error message |
 * | 1 | 0x80, the padding's end |
 */
import { ProtobufReader } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import {
  parseDecryptionErrorMessage,
  writeDecryptionErrorMessage,
  type DecryptionErrorMessage,
} from '#messages/decryption-error-message.ts'
import { bytesField, encodeFields } from '#messages/protobuf-fields.ts'

const plaintextByte = 0xc0
const paddingByte = 0x80
const decryptionErrorTag = 8

export function writePlaintextContent(message: DecryptionErrorMessage): Uint8Array {
  const content = encodeFields(
    [bytesField(decryptionErrorTag, writeDecryptionErrorMessage(message))],
    plaintextByte,
  )
  const bytes = new Uint8Array(content.length + 1)
  bytes.set(content)
  bytes[content.length] = paddingByte
  return bytes
}

/** Refuses any content but a decryption error: everything else has to be encrypted. */
export function parsePlaintextContent(bytes: Uint8Array): DecryptionErrorMessage {
  if (bytes.length === 0) throw malformed()
  if (bytes[0] !== plaintextByte) {
    throw new SignalError('unsupported-version', 'Cannot read plaintext content: unknown version')
  }
  return parsePlaintextBody(bytes.subarray(1))
}

/** What stands behind the first byte. */
export function parsePlaintextBody(body: Uint8Array): DecryptionErrorMessage {
  if (body.at(-1) !== paddingByte) throw malformed()
  let decryptionError: Uint8Array | undefined
  const reader = new ProtobufReader(body.subarray(0, -1))
  while (reader.next()) {
    if (reader.fieldNumber === decryptionErrorTag) decryptionError = reader.bytes()
    else reader.skip()
  }
  if (reader.failed || decryptionError === undefined) throw malformed()
  return parseDecryptionErrorMessage(decryptionError)
}

function malformed(): SignalError {
  return new SignalError('malformed', 'Cannot read plaintext content: malformed')
}

/**
 * @module What is sealed: a message of some kind, and who it is from.
 *
 * | tag | type | what |
 * |---|---|---|
 * | 1 | enum | 1 prekey message, 2 message of a session, 7 group message, 8 plaintext content |
 * | 2 | bytes | sender's certificate |
 * | 3 | bytes | the message |
 * | 4 | enum | what to do when it cannot be decrypted; absent for 0 |
 * | 5 | bytes | the group it belongs to; absent if there is none |
 */
import { ProtobufReader } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import { bytesField, encodeFields, varintField } from '#messages/protobuf-fields.ts'
import {
  parseSenderCertificate,
  type SenderCertificate,
} from '#sealed-sender/sender-certificate.ts'

export type SealedType = 'prekey' | 'whisper' | 'sender-key' | 'plaintext'

/** The numbers are of this format alone: elsewhere a prekey message is of type 3. */
const typeNumbers: readonly (readonly [SealedType, number])[] = [
  ['prekey', 1],
  ['whisper', 2],
  ['sender-key', 7],
  ['plaintext', 8],
]

export const ContentHint = {
  /** Tell the user that something is missing. */
  default: 0,
  /** The sender will send it again if asked; show nothing until then. */
  resendable: 1,
  /** Nobody will miss it. */
  implicit: 2,
} as const

export interface SealedContent {
  readonly type: SealedType
  readonly certificate: SenderCertificate
  readonly message: Uint8Array
  /** One of `ContentHint`, or what a newer sender means. */
  readonly contentHint: number
  /** Undefined as well as empty stands for none. */
  readonly groupId?: Uint8Array | undefined
}

export function writeSealedContent(content: SealedContent): Uint8Array {
  const { groupId, contentHint } = content
  const type = typeNumbers.find(([name]) => name === content.type)
  if (type === undefined) throw new TypeError(`Cannot seal content: unknown type ${content.type}`)
  return encodeFields([
    varintField(1, type[1]),
    bytesField(2, content.certificate.serialized),
    bytesField(3, content.message),
    contentHint === ContentHint.default ? undefined : varintField(4, contentHint),
    groupId === undefined || groupId.length === 0 ? undefined : bytesField(5, groupId),
  ])
}

export function parseSealedContent(bytes: Uint8Array): SealedContent {
  let typeNumber: number | undefined
  let certificate: Uint8Array | undefined
  let message: Uint8Array | undefined
  let contentHint: number = ContentHint.default
  let groupId: Uint8Array | undefined
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        typeNumber = reader.int32()
        break
      case 2:
        certificate = reader.bytes()
        break
      case 3:
        message = reader.bytes()
        break
      case 4:
        contentHint = reader.int32()
        break
      case 5:
        groupId = reader.bytes()
        break
      default:
        reader.skip()
    }
  }
  const type = typeNumbers.find(([, number]) => number === typeNumber)
  if (reader.failed || type === undefined || certificate === undefined || message === undefined) {
    throw new SignalError('malformed', 'Cannot read sealed content: malformed')
  }
  return {
    type: type[0],
    certificate: parseSenderCertificate(certificate),
    message: new Uint8Array(message),
    contentHint,
    ...(groupId === undefined ? {} : { groupId: new Uint8Array(groupId) }),
  }
}

/**
 * @module A message to a group (type 7). Everything before the signature is signed by the sender's key for this group;
 * there is no MAC, because a member who can read could make one.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | 0x33: version 3 twice; only the high nibble is read |
 * | n | protobuf: 1 distribution id (16 bytes), 2 chain id, 3 iteration, 4 ciphertext; all required |
 * | 64 | XEdDSA signature |
 */
import { ProtobufReader } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import { senderKeyVersion } from '#limits.ts'
import { parseDistributionId, serializeDistributionId } from '#messages/distribution-id.ts'
import { bytesField, encodeFields, varintField } from '#messages/protobuf-fields.ts'

export const senderKeyVersionByte: number = (senderKeyVersion << 4) | senderKeyVersion

const signatureBytes = 64
const minBytes = 1 + signatureBytes

export interface SenderKeyMessageContent {
  /** A UUID, lower case with hyphens. */
  readonly distributionId: string
  readonly chainId: number
  readonly iteration: number
  readonly ciphertext: Uint8Array
}

export interface SenderKeyMessage extends SenderKeyMessageContent {
  /** The message without its signature. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

/** The message but for its signature, which belongs behind it. */
export function writeUnsignedSenderKeyMessage(content: SenderKeyMessageContent): Uint8Array {
  return encodeFields(
    [
      bytesField(1, serializeDistributionId(content.distributionId)),
      varintField(2, content.chainId),
      varintField(3, content.iteration),
      bytesField(4, content.ciphertext),
    ],
    senderKeyVersionByte,
  )
}

export function parseSenderKeyMessage(bytes: Uint8Array): SenderKeyMessage {
  if (bytes.length < minBytes) throw malformed()
  checkSenderKeyVersion(bytes)
  const signed = new Uint8Array(bytes.subarray(0, bytes.length - signatureBytes))
  const signature = new Uint8Array(bytes.subarray(bytes.length - signatureBytes))

  let distributionId: Uint8Array | undefined
  let chainId: number | undefined
  let iteration: number | undefined
  let ciphertext: Uint8Array | undefined
  const reader = new ProtobufReader(signed.subarray(1))
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        distributionId = reader.bytes()
        break
      case 2:
        chainId = reader.int32() >>> 0
        break
      case 3:
        iteration = reader.int32() >>> 0
        break
      case 4:
        ciphertext = reader.bytes()
        break
      default:
        reader.skip()
    }
  }
  if (
    reader.failed ||
    distributionId === undefined ||
    chainId === undefined ||
    iteration === undefined ||
    ciphertext === undefined
  ) {
    throw malformed()
  }
  return {
    distributionId: parseDistributionId(distributionId),
    chainId,
    iteration,
    ciphertext,
    signed,
    signature,
  }
}

/** Of a message that is not empty. */
export function checkSenderKeyVersion(bytes: Uint8Array): void {
  if ((bytes[0] ?? 0) >> 4 === senderKeyVersion) return
  throw new SignalError('unsupported-version', 'Cannot read group message: unsupported version')
}

function malformed(): SignalError {
  return new SignalError('malformed', 'Cannot read group message: malformed')
}

/**
 * @module What a sender tells each member of a group so that they can read from now on. It is a secret without a MAC:
 * it travels only inside of a session's message.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | 0x33: version 3 twice; only the high nibble is read |
 * | n | protobuf: 1 distribution id (16 bytes), 2 chain id, 3 iteration, 4 chain key (32), 5 signing key (33); all required |
 */
import { ProtobufReader } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import { curveKeyBytes, parseCurveKey, serializeCurveKey } from '#keys/serialized-key.ts'
import { parseDistributionId, serializeDistributionId } from '#messages/distribution-id.ts'
import { bytesField, encodeFields, varintField } from '#messages/protobuf-fields.ts'
import { checkSenderKeyVersion, senderKeyVersionByte } from '#messages/sender-key-message.ts'

const chainKeyBytes = 32
/** A version byte and 64 more, which the two keys exceed in any case. */
const minBytes = 65

export interface SenderKeyDistributionMessage {
  /** A UUID, lower case with hyphens. */
  readonly distributionId: string
  readonly chainId: number
  readonly iteration: number
  readonly chainKey: Uint8Array
  /** 32 bytes. */
  readonly signingKey: Uint8Array
}

export function writeSenderKeyDistributionMessage(
  message: SenderKeyDistributionMessage,
): Uint8Array {
  return encodeFields(
    [
      bytesField(1, serializeDistributionId(message.distributionId)),
      varintField(2, message.chainId),
      varintField(3, message.iteration),
      bytesField(4, message.chainKey),
      bytesField(5, serializeCurveKey(message.signingKey)),
    ],
    senderKeyVersionByte,
  )
}

export function parseSenderKeyDistributionMessage(bytes: Uint8Array): SenderKeyDistributionMessage {
  if (bytes.length < minBytes) throw malformed()
  checkSenderKeyVersion(bytes)

  let distributionId: Uint8Array | undefined
  let chainId: number | undefined
  let iteration: number | undefined
  let chainKey: Uint8Array | undefined
  let signingKey: Uint8Array | undefined
  const reader = new ProtobufReader(bytes.subarray(1))
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
        chainKey = reader.bytes()
        break
      case 5:
        signingKey = reader.bytes()
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
    chainKey?.length !== chainKeyBytes ||
    signingKey?.length !== 1 + curveKeyBytes
  ) {
    throw malformed()
  }
  return {
    distributionId: parseDistributionId(distributionId),
    chainId,
    iteration,
    chainKey: new Uint8Array(chainKey),
    signingKey: parseCurveKey(new Uint8Array(signingKey)),
  }
}

function malformed(): SignalError {
  return new SignalError('malformed', 'Cannot read sender key distribution message: malformed')
}

/**
 * @module How long a sealed request is. Whoever carries it sees its length, so it has one of three:
 *
 * | bytes | what |
 * |---|---|
 * | 8 KiB | questions, the exchange, and messages of up to 4 KiB, which the first one of a conversation takes |
 * | 64 KiB | messages of 8, 16 and 32 KiB, several at once, and a piece of an attachment; what a forwarder carries at most |
 * | 128 KiB | messages of 64 KiB; what a gateway takes at most |
 *
 * A message travels as base64 and has one of few sizes already (`veil/src/padding`), of which each falls on one of these.
 * Smaller steps would save bytes and tell an ordinary message from a first one, or a question from either. Answers are
 * padded by the gateway.
 */
import { curveKeyBytes } from '@sotto/veil/ohttp/dhkem-x25519'
import { headerBytes } from '@sotto/veil/ohttp/encapsulation'
import { type Ladder, stepFor } from '@sotto/veil/padding/ladder'

export const sealedRequestLadder: Ladder = { steps: [8192, 65_536, 131_072] }

/** The largest content that passes every forwarder with what stands around it. */
export const maxCarriedBytes: number = 60 * 1024

/** The largest piece of an attachment. */
export const maxPieceBytes: number = maxCarriedBytes

const tagBytes = 16
/** What sealing adds. */
export const sealBytes: number = headerBytes + curveKeyBytes + tagBytes

/** To how many bytes a request is padded before it is sealed. Undefined when it is too large. */
export function paddedBytes(messageBytes: number): number | undefined {
  const step = stepFor(sealedRequestLadder, messageBytes + sealBytes)
  return step === undefined ? undefined : step - sealBytes
}

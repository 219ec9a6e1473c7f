/**
 * @module Blocks of content and padding, in the three layouts that are in use.
 *
 * | | envelopes | messages | sealed blocks |
 * |---|---|---|---|
 * | length of the content | 4 bytes, big-endian | 4 bytes, big-endian | 4 bytes, big-endian |
 * | reserved | – | 4 zeros, ignored by readers | – |
 * | content | | | |
 * | padding | random bytes | random bytes | zeros |
 * | up to | a step of 256, 512, 1024, 4096, then multiples of 256 | 16 less than one of 14 steps from 512 to 4 MiB | 48 less than one of the same steps |
 *
 * A message's 16 bytes are the tag of the cipher that it goes through next, a sealed block's 48 the tag and the key that
 * goes along (`seal/`): what travels is a whole step. Padding is only worth something inside encryption, and is only
 * checked by it. Zeros serve as well there as random bytes do, and megabytes of them cost nothing.
 */
import { concatenate, copyOf } from '#bytes.ts'
import { isStep, type Ladder, stepFor } from '#padding/ladder.ts'
import { draw, type Randomness } from '#randomness.ts'

export const envelopeLadder: Ladder = { steps: [256, 512, 1024, 4096], thenMultiplesOf: 256 }

/** For answers with many envelopes in them: they have few sizes, and an end. */
export const pageLadder: Ladder = { steps: [4_096, 32_768, 98_304] }

export const messageLadder: Ladder = {
  steps: Array.from({ length: 14 }, (_, at) => 512 * 2 ** at),
}

const lengthBytes = 4
const messageHeaderBytes = 8
const messageTagBytes = 16
const sealBytes = 48

/** What fits into the largest sealed block. */
export const maxSealedContentBytes: number = 4 * 1024 * 1024 - lengthBytes - sealBytes

/** `random` is asked for all of the padding at once. More than the ladder holds is a `RangeError`. */
export function padEnvelope(
  random: Randomness,
  content: Uint8Array,
  ladder: Ladder = envelopeLadder,
): Uint8Array {
  const step = stepFor(ladder, lengthBytes + content.length)
  if (step === undefined || content.length > 0xffff_ffff) {
    throw new RangeError(`Cannot pad envelope: no step holds content of ${content.length} bytes`)
  }
  return padTo(random, step, lengthBytes, content)
}

/** Undefined when the length is no step, or the content would reach beyond it. */
export function unpadEnvelope(
  block: Uint8Array,
  ladder: Ladder = envelopeLadder,
): Uint8Array | undefined {
  return isStep(ladder, block.length) ? contentOf(block, lengthBytes) : undefined
}

/** The same from a peer that may have padded in another way: only the content has to be there whole. */
export function unpadEnvelopeOfAnySize(block: Uint8Array): Uint8Array | undefined {
  return contentOf(block, lengthBytes)
}

/** Up to 4 MiB less 24 bytes; more is a `RangeError`. */
export function padMessageBlock(random: Randomness, content: Uint8Array): Uint8Array {
  const step = stepFor(messageLadder, messageHeaderBytes + content.length + messageTagBytes)
  if (step === undefined) {
    throw new RangeError(
      `Cannot pad message: content has ${content.length} bytes of at most 4194280`,
    )
  }
  return padTo(random, step - messageTagBytes, messageHeaderBytes, content)
}

export function unpadMessageBlock(block: Uint8Array): Uint8Array | undefined {
  const isWhole = isStep(messageLadder, block.length + messageTagBytes)
  return isWhole ? contentOf(block, messageHeaderBytes) : undefined
}

/** Which of the 14 steps, from 0, a message with so much content takes. Undefined when it fits into none. */
export function messageStepIndex(contentBytes: number): number | undefined {
  const step = stepFor(messageLadder, messageHeaderBytes + contentBytes + messageTagBytes)
  return step === undefined ? undefined : messageLadder.steps.indexOf(step)
}

/** More than `maxSealedContentBytes` is a `RangeError`. */
export function padSealedBlock(content: Uint8Array): Uint8Array {
  const step = sealedStep(content.length)
  if (step === undefined) {
    throw new RangeError(
      `Cannot pad sealed block: content has ${content.length} bytes of at most ${maxSealedContentBytes}`,
    )
  }
  return padTo((length) => new Uint8Array(length), step - sealBytes, lengthBytes, content)
}

export function unpadSealedBlock(block: Uint8Array): Uint8Array | undefined {
  return isStep(messageLadder, block.length + sealBytes) ? contentOf(block, lengthBytes) : undefined
}

/** How long so much content is when it travels sealed. Undefined when it fits into no step. */
export function sealedStep(contentBytes: number): number | undefined {
  return stepFor(messageLadder, lengthBytes + contentBytes + sealBytes)
}

function padTo(
  random: Randomness,
  total: number,
  headerBytes: number,
  content: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(headerBytes)
  new DataView(header.buffer).setUint32(0, content.length)
  return concatenate([header, content, draw(random, total - headerBytes - content.length)])
}

function contentOf(block: Uint8Array, headerBytes: number): Uint8Array | undefined {
  if (block.length < headerBytes) return undefined
  const length = new DataView(block.buffer, block.byteOffset, block.length).getUint32(0)
  return length <= block.length - headerBytes
    ? copyOf(block, headerBytes, headerBytes + length)
    : undefined
}

/**
 * @module The seal around every letter: who carries it sees one of 14 sizes, and neither who wrote it nor what.
 *
 * | bytes | content | |
 * |---|---|---|
 * | 32 | encapsulated key | in clear |
 * | 4 | length of the content, big-endian | encrypted |
 * | | content | encrypted |
 * | | zeros, until all of it has the length of a step from 512 bytes to 4 MiB | encrypted |
 * | 16 | tag | in clear |
 *
 * Anybody can seal, so a seal proves nothing about its author. It has no forward secrecy either: who takes the private
 * key opens all that was sealed for it. Both are the business of what is inside.
 */
import type { Primitives } from '@sotto/primitives'
import { ascii } from '#bytes.ts'
import { padSealedBlock, unpadSealedBlock } from '#padding/padded-block.ts'
import type { Randomness } from '#randomness.ts'
import { openHpke, sealHpke } from '#seal/hpke.ts'

/** The `info` of letters. */
export const sealInfo: Uint8Array = ascii('sotto/seal/1')

/**
 * Seals for the holder of an X25519 key. For letters `info` is `sealInfo` and the associated data the mailbox address, so
 * that a letter moved to another mailbox does not open. `random` is asked for 32 bytes. Undefined when the key is none that
 * can be agreed with. More than `maxSealedContentBytes` of plaintext is a `RangeError`.
 */
export async function sealTo(
  primitives: Primitives,
  random: Randomness,
  recipientKey: Uint8Array,
  info: Uint8Array,
  associatedData: Uint8Array,
  plaintext: Uint8Array,
): Promise<Uint8Array | undefined> {
  const block = padSealedBlock(plaintext)
  return sealHpke(primitives, random, recipientKey, { info, associatedData }, block)
}

/** Undefined for everything that was not sealed for this key, with these; nothing is told of why. */
export async function openSealed(
  primitives: Primitives,
  privateKey: Uint8Array,
  info: Uint8Array,
  associatedData: Uint8Array,
  sealed: Uint8Array,
): Promise<Uint8Array | undefined> {
  const block = await openHpke(primitives, privateKey, { info, associatedData }, sealed)
  return block && unpadSealedBlock(block)
}

/**
 * @module `said`. What a sender key encrypts: a content, and the last record that its author knew. Whoever reads it sees
 * whether the relay has shown both the same chain.
 */
import { maxSaidContentBytes } from '#channels/limits.ts'
import { numberKind } from '#channels/parts.ts'
import { digestKind } from '#content/kinds.ts'
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'
import { bytes } from '#live/kinds.ts'
import { field, type ValuesOf } from '#live/schema.ts'

export const saidFields = {
  number: field(numberKind, 'Of the last record that the author knew.'),
  hash: field(digestKind, 'Its hash, as the next one names it.'),
  content: field(bytes(1, maxSaidContentBytes), 'A content, as members write it to each other.'),
}

export type Said = ValuesOf<typeof saidFields>

/** Undefined when the bytes are none. The content may be a view into them. */
export function readSaid(whole: Uint8Array): Said | undefined {
  return readWholeMap(saidFields, whole)
}

export function writeSaid(said: Said): Uint8Array<ArrayBuffer> {
  return writeWholeMap(saidFields, said)
}

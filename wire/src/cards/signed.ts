/**
 * @module `signed`. The wrapper of all that an identity signs: the bytes as they were signed, so that nobody has to write
 * them again to check.
 */
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'
import { bytes } from '#live/kinds.ts'
import { field, type ValuesOf } from '#live/schema.ts'
import { maxSignedBodyBytes } from '#cards/limits.ts'
import { signatureKind } from '#cards/parts.ts'

export const signedFields = {
  body: field(bytes(1, maxSignedBodyBytes), 'A record. Its `identity` is who signs.'),
  signature: field(
    signatureKind,
    'Ed25519 over `sotto/`, the name of the record, `/1`, and the body.',
  ),
}

export type Signed = ValuesOf<typeof signedFields>

/** Undefined when the bytes are none. */
export function readSigned(whole: Uint8Array): Signed | undefined {
  return readWholeMap(signedFields, whole)
}

export function writeSigned(signed: Signed): Uint8Array<ArrayBuffer> {
  return writeWholeMap(signedFields, signed)
}

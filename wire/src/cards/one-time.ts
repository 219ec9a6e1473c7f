/**
 * @module `one_time` and `kem_one_time`. Prekeys that the relay hands out once each, beside a bundle.
 */
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'
import { field, type ValuesOf } from '#live/schema.ts'
import { kemKeyKind, prekeyIdKind, publicKeyKind, signatureKind } from '#cards/parts.ts'

/** Not signed, as in libsignal: another key makes a session that its owner cannot open, and nothing worse. */
export const oneTimeFields = {
  id: field(prekeyIdKind, 'Its number.'),
  key: field(publicKeyKind, 'Curve25519, without its type byte.'),
}

export const kemOneTimeFields = {
  id: field(prekeyIdKind, 'Its number.'),
  key: field(kemKeyKind, 'Kyber-1024, without its type byte.'),
  signature: field(
    signatureKind,
    "XEdDSA by the identity's Signal key over a type byte and the key.",
  ),
}

export type OneTime = ValuesOf<typeof oneTimeFields>
export type KemOneTime = ValuesOf<typeof kemOneTimeFields>

/** Undefined when the bytes are none. */
export function readOneTime(bytes: Uint8Array): OneTime | undefined {
  return readWholeMap(oneTimeFields, bytes)
}

export function writeOneTime(oneTime: OneTime): Uint8Array<ArrayBuffer> {
  return writeWholeMap(oneTimeFields, oneTime)
}

/** Undefined when the bytes are none. */
export function readKemOneTime(bytes: Uint8Array): KemOneTime | undefined {
  return readWholeMap(kemOneTimeFields, bytes)
}

export function writeKemOneTime(oneTime: KemOneTime): Uint8Array<ArrayBuffer> {
  return writeWholeMap(kemOneTimeFields, oneTime)
}

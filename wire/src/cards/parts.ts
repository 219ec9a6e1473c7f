/**
 * @module Kinds and fields that records about people have in common.
 */
import { identityKind, momentKind } from '#content/kinds.ts'
import { bytes, integer } from '#live/kinds.ts'
import { field } from '#live/schema.ts'
import { kemKeyBytes, maxPrekeyId, meetingNonceBytes, publicKeyBytes } from '#cards/limits.ts'

export const publicKeyKind = bytes(publicKeyBytes)
export const kemKeyKind = bytes(kemKeyBytes)
export const signatureKind = bytes(64)
export const prekeyIdKind = integer(0, maxPrekeyId)
export const nonceKind = bytes(meetingNonceBytes)

export const versionField = field(
  integer(1, 255),
  'What its writer knew. A higher one has more entries, and is read as if it had not.',
)
export const identityField = field(identityKind, 'Whose: the Ed25519 key that signs it.')
export const issuedField = field(
  momentKind,
  "When, by the signer's clock, in milliseconds since 1970.",
)

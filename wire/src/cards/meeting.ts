/**
 * @module `meeting_offer` and `introduction`. What two people exchange who meet with six digits: the offer in clear, and
 * an introduction from each side, sealed for the other.
 */
import { digestKind } from '#content/kinds.ts'
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'
import { bytes } from '#live/kinds.ts'
import { field, type ValuesOf } from '#live/schema.ts'
import { maxSignedBodyBytes } from '#cards/limits.ts'
import { nonceKind, publicKeyKind, versionField } from '#cards/parts.ts'

export const meetingOfferFields = {
  version: versionField,
  commitment: field(
    digestKind,
    'SHA-256 over `sotto/meeting/1`, the key, the signed card and the nonce of who offers.',
  ),
  key: field(publicKeyKind, 'X25519, for this meeting alone: the claim is sealed to it.'),
}

export const introductionFields = {
  card: field(bytes(1, maxSignedBodyBytes + 128), 'The signed card of who speaks.'),
  nonce: field(nonceKind, 'Drawn at random for this meeting.'),
}

export type MeetingOffer = ValuesOf<typeof meetingOfferFields>
export type Introduction = ValuesOf<typeof introductionFields>

/** Undefined when the bytes are none. */
export function readMeetingOffer(whole: Uint8Array): MeetingOffer | undefined {
  return readWholeMap(meetingOfferFields, whole)
}

export function writeMeetingOffer(offer: MeetingOffer): Uint8Array<ArrayBuffer> {
  return writeWholeMap(meetingOfferFields, offer)
}

/** Undefined when the bytes are none. */
export function readIntroduction(whole: Uint8Array): Introduction | undefined {
  return readWholeMap(introductionFields, whole)
}

export function writeIntroduction(introduction: Introduction): Uint8Array<ArrayBuffer> {
  return writeWholeMap(introductionFields, introduction)
}

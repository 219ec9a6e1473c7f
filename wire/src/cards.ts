/**
 * @module What people publish and hand on about themselves, as bytes: cards, keys, devices, meetings. Who signs and who
 * checks is not said here.
 */
export { bundleFields, readBundle, writeBundle, type Bundle } from '#cards/bundle.ts'
export { cardFields, readCard, writeCard, type Card } from '#cards/card.ts'
export { devicesFields, readDevices, writeDevices, type Devices } from '#cards/devices.ts'
export {
  kemKeyBytes,
  maxPrekeyId,
  maxRegistrationId,
  maxSignedBodyBytes,
  meetingNonceBytes,
  publicKeyBytes,
} from '#cards/limits.ts'
export {
  introductionFields,
  meetingOfferFields,
  readIntroduction,
  readMeetingOffer,
  writeIntroduction,
  writeMeetingOffer,
  type Introduction,
  type MeetingOffer,
} from '#cards/meeting.ts'
export {
  kemOneTimeFields,
  oneTimeFields,
  readKemOneTime,
  readOneTime,
  writeKemOneTime,
  writeOneTime,
  type KemOneTime,
  type OneTime,
} from '#cards/one-time.ts'
export { cardRecords, cardsVersion, type DescribedRecord } from '#cards/records.ts'
export { readSigned, signedFields, writeSigned, type Signed } from '#cards/signed.ts'

/**
 * @module What travels over the live door, `/ws`: Mobium's protocol and what ours adds to it.
 */
export {
  addressBytes,
  addressLabel,
  addressMailboxLabel,
  readingKeyBytes,
} from '#live/addresses.ts'
export type { BytesForm, WrittenForm } from '#live/byte-forms.ts'
export { capabilities, capabilityNames, liveVersion, type Capability } from '#live/capabilities.ts'
export { readDown, readUp, writeDown, writeUp, type Reading } from '#live/codec.ts'
export {
  distributionFields,
  readDistribution,
  writeDistribution,
  type Distribution,
  type ReadDistribution,
} from '#live/distribution.ts'
export { downMessages, type DownMessage, type DownOf, type DownType } from '#live/down.ts'
export type { DescribedField, RawValue } from '#live/kinds.ts'
export {
  readMediaFrame,
  relayMediaFrame,
  type MediaFrame,
  type MediaKind,
} from '#live/media-frame.ts'
export { readOneTimePrekeys, writeOneTimePrekeys } from '#live/one-time-prekeys.ts'
export type { Message, Origin } from '#live/schema.ts'
export { upMessages, type UpMessage, type UpOf, type UpType } from '#live/up.ts'

/**
 * @module How much fits into what a channel's members write for each other.
 */

/** More are not let in: each of them gets the sender keys of every other one. */
export const maxChannelMembers = 500
/** As many records as the relay keeps of one channel (`server/src/relay/channels/records.ts`). */
export const maxChannelRecords = 4096
/** As many people as the relay lets in with one invitation (`create_invite` of the live door). */
export const maxGrantUses = 500
export const grantIdBytes = 16
/** Of a grant in its `signed` wrapper. */
export const maxSignedGrantBytes = 512
/** Of a channel's picture: it lies in a record, so that it lasts as long as the channel. */
export const maxPictureBytes = 12_288
/** Of what is posted, before the sender key: a content, and what its author knew. */
export const maxSaidContentBytes = 30_000

/**
 * @module What members of a channel write for each other, as bytes: the records of its chain, grants and links, and what is
 * posted. Who signs and who checks is not said here.
 */
export { grantFields, readGrant, writeGrant, type Grant } from '#channels/grant.ts'
export {
  grantIdBytes,
  maxChannelMembers,
  maxChannelRecords,
  maxGrantUses,
  maxPictureBytes,
  maxSaidContentBytes,
  maxSignedGrantBytes,
} from '#channels/limits.ts'
export {
  channelLinkFields,
  readChannelLink,
  writeChannelLink,
  type ChannelLink,
} from '#channels/link.ts'
export {
  channelRecordKinds,
  readChannelRecord,
  writeChannelRecord,
  type ChannelRecord,
  type ChannelRecordHeading,
  type ChannelRecordOf,
  type ChannelRecordType,
  type ReadChannelRecord,
} from '#channels/records.ts'
export { readSaid, saidFields, writeSaid, type Said } from '#channels/said.ts'
export { channelSchemas, channelsVersion } from '#channels/schemas.ts'

/**
 * @module The package's one door.
 */
// Errors
export {
  errorCodes,
  isSottoError,
  SottoError,
  type SottoErrorCode,
  type SottoErrorOptions,
} from '#errors.ts'

// A messenger
export { Messenger } from '#messenger.ts'
export type { Lines, MessengerOptions, OpenProfile } from '#messenger-options.ts'
export { openMessenger, type OpenOptions } from '#open.ts'
export type { ConnectionState, MessengerEvent } from '#events.ts'
export { type Contact, type ContactState, nameOf, type Settings } from '#contacts/contact.ts'
export type { KeyCounts } from '#sessions/stock.ts'
export type { Invitation } from '#contacts/invitations.ts'
export type { Encounter, Meeting } from '#contacts/meetings.ts'
export type { Conversation } from '#messages/conversation.ts'
export type { TextToSend } from '#messages/compose.ts'
export type {
  AttachmentPointer,
  MemberChange,
  Message,
  MessageKind,
  MessageStatus,
  Notice,
  Reaction,
} from '#messages/message.ts'
export type { MessageSearch } from '#search/searches.ts'
export { formatAddress, readAddress, type ReadAddress } from '#cards/address.ts'

// Channels
export type { ChannelToCreate } from '#channels/begin.ts'
export type { Role } from '#channels/chain.ts'
export type { ChannelStage } from '#channels/channel.ts'
export type { Channels } from '#channels/channels.ts'
export type { ChannelInviteTerms } from '#channels/invite.ts'
export { type ReadLink, readLink as readChannelLink } from '#channels/link.ts'
export type { Channel, ChannelMember } from '#channels/view.ts'

// Files
export type { AttachOptions, UnfinishedUpload } from '#attachments/attachments.ts'
export type { FileToSend, MakeThumbnail } from '#attachments/prepare.ts'
export { type AttachmentSource, blobSource, bytesSource } from '#attachments/source.ts'
export { maxFileBytes } from '#attachments/stream.ts'
export type { DownloadProgress, TransferOptions, UploadProgress } from '#attachments/transfer.ts'

// Profiles
export { checkPassphrase, minPassphrase } from '#vault/passphrase.ts'
export { answersFit, phraseQuiz } from '#profile/phrase-quiz.ts'
export { Profile } from '#profile/profile.ts'
export {
  createProfile,
  deleteProfile,
  listProfiles,
  openProfile,
  type CreatedProfile,
  type NewProfile,
  type ProfileDeps,
} from '#profile/profiles.ts'

// Backups
export { type BackupProgress, exportBackup, type ExportOptions } from '#backup/export-backup.ts'
export { type BackupToImport, importBackup } from '#backup/import-backup.ts'
export { checkBackup, type CheckedBackup } from '#backup/check-backup.ts'
export type { BackupSecrets } from '#backup/read-backup.ts'

// Ports
export type { Clock, Randomness } from '#ports/clock.ts'
export type { HttpRequest, HttpResponse, Network, Socket, SocketHandlers } from '#ports/network.ts'
export type { Change, Range, Shelf, Storage, StoredRecord } from '#ports/storage.ts'

// A relay, for whoever writes another client
export type { LiveLogin } from '#relay/live/connection.ts'
export type { LiveEnvelope, LiveHandlers, LiveState } from '#relay/live/events.ts'
export { addressOfReadingKey } from '#relay/live/watched.ts'
export { LiveRelay, type LiveRelayOptions } from '#relay/live.ts'
export {
  createObliviousRelay,
  type ObliviousRelay,
  type ObliviousRelayOptions,
} from '#relay/oblivious.ts'
export { relayOrigin, type RelayOrigin } from '#relay/relay-origin.ts'

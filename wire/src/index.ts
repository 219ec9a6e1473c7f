/**
 * @module What travels, and what both ends agree on.
 */
export type { Brand } from '#brand.ts'
export type { AccountId, BlobId, ChannelId, EnvelopeId, IdentityKey, MailboxId } from '#ids.ts'
export { formatUuid, mailboxIdBytes, markUuidV4, parseUuid, uuidBytes } from '#ids.ts'
export { curveKeyBytes, obscuraMaxBodyBytes, signatureBytes } from '#limits.ts'
export {
  decodeEncryptedMessage,
  encodeEncryptedMessage,
  type EncryptedMessage,
} from '#obscura/encrypted-message.ts'
export { decodeClientFrame, encodeAckFrame, type ClientFrame } from '#obscura/client-frame.ts'
export {
  decodeRelayFrame,
  encodeEnvelopeFrame,
  encodePreKeyStatusFrame,
  type EnvelopeFrame,
  type PreKeyStatus,
  type ReceivedEnvelope,
  type RelayFrame,
} from '#obscura/relay-frame.ts'

/**
 * @module What travels, and what both ends agree on.
 */
export type { Brand } from '#brand.ts'
export type { AccountId, BlobId, EnvelopeId, MailboxId } from '#ids.ts'
export { formatUuid, mailboxIdBytes, markUuidV4, parseUuid, uuidBytes } from '#ids.ts'
export { curveKeyBytes, obscuraMaxBodyBytes, signatureBytes } from '#limits.ts'

/**
 * @module The package's one door.
 */

// What a caller may catch, what everything takes
export { SignalError, type SignalErrorCode } from '#errors.ts'
export type { Randomness } from '#randomness.ts'
export type { ProtocolAddress, ServiceId } from '#messages/service-address.ts'
export { formatServiceId, parseServiceId, protocolAddress } from '#messages/service-address.ts'

// Keys
export { type CurveKeyPair, curveKeyPairOf, generateCurveKeyPair } from '#keys/curve-key-pair.ts'
export {
  parseCurveKey,
  parseKyber,
  serializeCurveKey,
  serializeKyber,
} from '#keys/serialized-key.ts'
export { signAlternateIdentity, verifyAlternateIdentity } from '#keys/alternate-identity.ts'

// Identity
export {
  ed25519SignatureOf,
  type Identity,
  identityFromSeed,
  signalKeyOf,
} from '#identity/identity.ts'

// Prekeys
export {
  firstPrekeyId,
  generateKyberPrekey,
  generateOneTimePrekeys,
  generateSignedPrekey,
  type KyberPrekey,
  nextPrekeyId,
  type OneTimePrekey,
  type PrekeyBundle,
  type PublicPrekey,
  type SignedPrekey,
} from '#prekeys/prekeys.ts'
export {
  type DatedPrekey,
  planRotation,
  refillCount,
  type RotationPlan,
} from '#prekeys/rotation.ts'

// Sessions over a store
export { Sessions, type SessionsOptions } from '#session/sessions.ts'
export type { CommitOutcome, SessionChange, SessionStore } from '#session/session-store.ts'

// Sessions as pure steps
export type { OwnPrekeys, UsedPrekeys } from '#pqxdh/accept-session.ts'
export type { CiphertextMessage, LocalDevice } from '#session/parties.ts'
export { processBundle, type ProcessBundleInput } from '#session/process-bundle.ts'
export { encrypt, type Encrypted, type EncryptInput } from '#session/encrypt.ts'
export {
  decrypt,
  type Decrypted,
  type DecryptInput,
  type NeededPrekeys,
  noPrekeys,
  prekeysNeededBy,
} from '#session/decrypt.ts'
export {
  archiveCurrent,
  currentRatchetKey,
  emptyRecord,
  hasUsableSession,
  type RecordStep,
  remoteRegistrationId,
  secretsOfRecord,
  type SessionRecord,
} from '#session/session-record.ts'
export { readRecord, writeRecord } from '#session/record-format.ts'

// Messages, for those who look into them
export {
  parsePreKeySignalMessage,
  type PreKeySignalMessage,
} from '#messages/pre-key-signal-message.ts'
export { parseSignalMessage, type SignalMessage } from '#messages/signal-message.ts'

// Groups
export { acceptSenderKey, type AcceptedSenderKey } from '#groups/accept-sender-key.ts'
export { decryptGroupMessage, type DecryptedGroupMessage } from '#groups/decrypt-group-message.ts'
export { distributeSenderKey, type DistributedSenderKey } from '#groups/distribute-sender-key.ts'
export { encryptGroupMessage, type EncryptedGroupMessage } from '#groups/encrypt-group-message.ts'
export type { GroupStore } from '#groups/group-store.ts'
export { Groups, type GroupsOptions } from '#groups/groups.ts'
export type { SenderKeyRecord } from '#groups/sender-key-record.ts'
export { readSenderKeyRecord, writeSenderKeyRecord } from '#groups/sender-key-record-format.ts'
export {
  parseSenderKeyDistributionMessage,
  type SenderKeyDistributionMessage,
} from '#messages/sender-key-distribution-message.ts'
export { parseSenderKeyMessage, type SenderKeyMessage } from '#messages/sender-key-message.ts'

// Sealed sender
export {
  decryptSealedMessage,
  openSealedMessage,
  type SealedLocal,
  type SealedMessage,
  type SealedSender,
  type SessionMessage,
} from '#sealed-sender/decrypt-sealed.ts'
export {
  type SealedDevice,
  type SealedRecipient,
  sealForMany,
} from '#sealed-sender/seal-for-many.ts'
export {
  ContentHint,
  parseSealedContent,
  type SealedContent,
  writeSealedContent,
} from '#sealed-sender/sealed-content.ts'
export {
  type CertificateSigner,
  type CertifiedSender,
  issueSenderCertificate,
  parseSenderCertificate,
  type SenderCertificate,
} from '#sealed-sender/sender-certificate.ts'
export {
  issueServerCertificate,
  parseServerCertificate,
  type ServerCertificate,
} from '#sealed-sender/server-certificate.ts'
export {
  receivedMessage,
  splitForRecipients,
  type SplitMessage,
  type SplitRecipient,
} from '#sealed-sender/split-for-recipients.ts'
export { unsealMessage } from '#sealed-sender/unseal.ts'
export {
  type CertificateTrust,
  isValidSenderCertificate,
} from '#sealed-sender/validate-certificate.ts'
export { sealForDevice } from '#sealed-sender/version-1.ts'

// Safety numbers
export {
  type Fingerprinted,
  type SafetyNumber,
  safetyNumber,
  type ScannableSafetyNumber,
} from '#fingerprint/safety-number.ts'
export { matchesScanned, writeScannable } from '#fingerprint/scannable.ts'

// What failed, said to its sender
export {
  type DecryptionErrorMessage,
  decryptionErrorFor,
  type FailedMessage,
  isForCurrentSession,
  parseDecryptionErrorMessage,
  writeDecryptionErrorMessage,
} from '#messages/decryption-error-message.ts'
export {
  parsePlaintextBody,
  parsePlaintextContent,
  writePlaintextContent,
} from '#messages/plaintext-content.ts'

/**
 * @module Where things rest: the ports that every backend implements, and that `relay/` is written against.
 *
 * Each method is one unit of atomicity and is durable when its promise resolves. Expected outcomes are values;
 * a broken world (disk full, file damaged, relay overloaded) rejects with a {@link StoreError}.
 * `contract.ts` is the suite that every backend passes.
 */
import type { AccountId, BlobId, EnvelopeId, IdentityKey, MailboxId } from '@sotto/wire'
import type { ChannelStore } from '#store/channels.ts'

export interface Store extends AsyncDisposable {
  readonly mailboxes: MailboxStore
  readonly accounts: AccountStore
  readonly prekeys: PrekeyStore
  readonly blobs: BlobRecordStore
  readonly identities: IdentityStore
  readonly bundles: BundleStore
  readonly channels: ChannelStore
  readonly recovery: RecoveryStore
  readonly milestones: MilestoneStore
  /** Rejects unless a write would succeed now. */
  check(signal: AbortSignal): Promise<void>
}

// ---------------------------------------------------------------------------------------------- mailboxes

export interface NewEnvelope {
  readonly mailbox: MailboxId
  readonly id: EnvelopeId
  /** Whether this id may have been deposited before; false, for ids just drawn at random, saves the search. */
  readonly idMayRepeat: boolean
  /** What the door that accepted it needs to give it back: opaque to the core. An int32. */
  readonly kind: number
  /** The sender, for protocols that tell the recipient in clear. */
  readonly sender: Uint8Array | undefined
  readonly body: Uint8Array
  readonly acceptedAtMillis: number
  readonly expiresAtMillis: number
}

export interface Envelope extends Omit<NewEnvelope, 'idMayRepeat'> {
  /** Strictly increasing in a mailbox, never used twice; not dense. */
  readonly sequence: number
}

export interface DepositLimits {
  readonly maxEnvelopes: number
  readonly maxBytes: number
  readonly whenFull: 'refuse' | 'drop-oldest'
}

export interface FleetingLimits extends DepositLimits {
  /**
   * What all fleeting mailboxes may hold together, each envelope counted as its body and {@link envelopeOverheadBytes}.
   * When it does not fit, what is expired goes first; that is looked for once a second at most.
   */
  readonly maxTotalBytes: number
}

/** Roughly what an envelope takes besides its body, in memory and on disk, when it waits in a mailbox of its own. */
export const envelopeOverheadBytes = 512

export interface Stored {
  readonly kind: 'stored'
  readonly sequence: number
  /** The sequence of what was deposited here before this; 0 when that is not known any more. */
  readonly previous: number
  /** How many old envelopes made room ('drop-oldest' only). */
  readonly evicted: number
}

type NotStored =
  /** An envelope with this id is in the mailbox already. */
  { readonly kind: 'duplicate' } | { readonly kind: 'mailbox-full' }

export type DepositOutcome = Stored | NotStored | { readonly kind: 'unknown-mailbox' }

export type FleetingOutcome =
  | Stored
  | NotStored
  /** All fleeting mailboxes together hold what they may. */
  | { readonly kind: 'storage-full' }

export interface Collected {
  /** In order of sequence. */
  readonly envelopes: readonly Envelope[]
  /** True when more may wait behind the last of these. */
  readonly more: boolean
  /** How many records were left out because their checksum did not fit. They stay in the store. */
  readonly damaged: number
  /** The sequence to continue after: that of the last record looked at, damaged ones included. */
  readonly cursor: number
}

/**
 * There are two kinds of mailboxes, and each address is of one kind. An opened one is known for good, and what is
 * deposited elsewhere is refused. A fleeting one is made by the first deposit and gone with the last envelope: nothing
 * can tell one that held something from one that never was.
 */
export interface MailboxStore {
  /** Makes the mailbox known. Opening a known one changes nothing. */
  open(mailbox: MailboxId): Promise<void>
  /** In an opened mailbox. */
  deposit(envelope: NewEnvelope, limits: DepositLimits): Promise<DepositOutcome>
  depositFleeting(envelope: NewEnvelope, limits: FleetingLimits): Promise<FleetingOutcome>
  /** What waits behind `after` and is not expired, oldest first. At least one envelope when one is there. */
  collect(
    mailbox: MailboxId,
    query: {
      readonly after: number
      readonly maxEnvelopes: number
      readonly maxBytes: number
      readonly nowMillis: number
    },
  ): Promise<Collected>
  /** Removes these envelopes of this mailbox; ids that are not in it are ignored. Resolves to how many went. */
  acknowledge(mailbox: MailboxId, ids: readonly EnvelopeId[]): Promise<number>
  /** Removes everything that waits. Resolves to how many went. */
  purge(mailbox: MailboxId): Promise<number>
  /** Removes expired envelopes, `limit` at most. Resolves to how many went. */
  expire(nowMillis: number, limit: number): Promise<number>
  /** How many envelopes wait in all mailboxes. */
  count(): number
}

// ----------------------------------------------------------------------------------------------- accounts

export interface NewSession {
  readonly account: AccountId
  /** Names the chain of refresh tokens that one login began. 16 bytes. */
  readonly family: Uint8Array
  /** SHA-256 of the refresh token's text. */
  readonly tokenHash: Uint8Array
  readonly expiresAtMillis: number
}

export interface NewAccount {
  readonly account: AccountId
  readonly mailbox: MailboxId
  readonly username: string
  /** PHC string. */
  readonly passwordHash: string
  readonly prekeys: PrekeyUpload & { readonly identity: DeviceIdentity }
  readonly session: Omit<NewSession, 'account'>
}

export type RegisterOutcome = { readonly kind: 'registered' } | { readonly kind: 'username-taken' }

export type RotateOutcome =
  | { readonly kind: 'rotated'; readonly account: AccountId; readonly family: Uint8Array }
  /** Unknown, expired or revoked. */
  | { readonly kind: 'refused' }
  /** Spent before, a moment ago: a client's own retry. Nothing was changed. */
  | { readonly kind: 'retried' }
  /** Spent before: stolen or replayed. The whole family was revoked. */
  | { readonly kind: 'reused'; readonly account: AccountId; readonly family: Uint8Array }

export interface AccountStore {
  /** Account, mailbox, keys and first session: all or nothing. */
  register(account: NewAccount): Promise<RegisterOutcome>
  findByUsername(
    username: string,
  ): Promise<{ readonly account: AccountId; readonly passwordHash: string } | undefined>
  openSession(session: NewSession): Promise<void>
  /** Spends `tokenHash` and puts `successor` in its place. */
  rotateSession(rotation: {
    readonly tokenHash: Uint8Array
    readonly successor: Uint8Array
    readonly successorExpiresAtMillis: number
    readonly nowMillis: number
    /** How long a spent token counts as the client's own retry. */
    readonly graceMillis: number
  }): Promise<RotateOutcome>
  /** Ends the session of this token if it is this account's. Resolves to its family. */
  endSession(account: AccountId, tokenHash: Uint8Array): Promise<Uint8Array | undefined>
  /** Ends all sessions of the account but one. Resolves to the families that ended. */
  endOtherSessions(
    account: AccountId,
    except: Uint8Array | undefined,
  ): Promise<readonly Uint8Array[]>
  /** True while the family has a token that can be refreshed. */
  sessionIsOpen(family: Uint8Array): Promise<boolean>
  /** Removes rows of expired tokens, `limit` at most. Resolves to how many went. */
  expireSessions(nowMillis: number, limit: number): Promise<number>
}

// ------------------------------------------------------------------------------------------------ prekeys

export interface DeviceIdentity {
  /** 33 bytes: 0x05, then the X25519 u-coordinate. */
  readonly publicKey: Uint8Array
  readonly registrationId: number
}

export interface SignedPrekey {
  readonly keyId: number
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array
}

export interface OneTimePrekey {
  readonly keyId: number
  readonly publicKey: Uint8Array
}

export interface PrekeyUpload {
  readonly signed: SignedPrekey
  readonly oneTime: readonly OneTimePrekey[]
}

export interface PrekeyUploadRequest extends PrekeyUpload {
  readonly mailbox: MailboxId
  /**
   * The identity key that the signature was checked with. The store compares it with the stored one where writes are
   * serialised; if they differ and `takeover` is false, nothing changes and the outcome is 'identity-changed'.
   */
  readonly identityKey: Uint8Array
  /** Replace identity and keys, and purge the mailbox. */
  readonly takeover: { readonly registrationId: number } | undefined
  /** How many one-time keys may rest. A refill that would pass it drops the oldest. */
  readonly maxOneTime: number
}

export type PrekeyUploadOutcome =
  | { readonly kind: 'refilled' }
  | { readonly kind: 'taken-over'; readonly purged: number }
  /** Another upload changed the stored identity since it was read. */
  | { readonly kind: 'identity-changed' }
  | { readonly kind: 'stale-signed-prekey'; readonly current: number }
  | { readonly kind: 'unknown-mailbox' }

export interface PrekeyBundle {
  readonly identity: DeviceIdentity
  readonly signed: SignedPrekey
  readonly oneTime: OneTimePrekey | undefined
  /** How many one-time keys are left after this one. */
  readonly remaining: number
}

export interface PrekeyStore {
  identity(mailbox: MailboxId): Promise<DeviceIdentity | undefined>
  upload(request: PrekeyUploadRequest): Promise<PrekeyUploadOutcome>
  /**
   * The bundle, read in one transaction. With `consume` the oldest one-time key goes with it and is never served
   * again; without, it comes without a one-time key.
   */
  takeBundle(mailbox: MailboxId, consume: boolean): Promise<PrekeyBundle | undefined>
  countOneTime(mailbox: MailboxId): Promise<number>
}

// -------------------------------------------------------------------------------------------------- blobs

export interface BlobRecord {
  readonly id: BlobId
  readonly expiresAtMillis: number
}

/** Which attachments exist, and until when. Their bytes are behind the port in `blobs/`. */
export interface BlobRecordStore {
  add(record: BlobRecord): Promise<void>
  find(id: BlobId): Promise<BlobRecord | undefined>
  /** Ids that expired, oldest first, `limit` at most. */
  expired(nowMillis: number, limit: number): Promise<readonly BlobId[]>
  remove(ids: readonly BlobId[]): Promise<void>
}

// ---------------------------------------------------------------------------------------------- identities

/** An X25519 key that an identity says is its own, and the signature that proves it if there is one. */
export interface ExchangeKey {
  readonly publicKey: Uint8Array
  readonly signature: Uint8Array | undefined
}

/** Who has logged in at the live door, ever. */
export interface IdentityStore {
  /** Makes the identity and the mailbox of its device known. No exchange key leaves the one that is there. */
  enter(
    identity: IdentityKey,
    mailbox: MailboxId,
    exchangeKey: ExchangeKey | undefined,
  ): Promise<void>
  isKnown(identity: IdentityKey): Promise<boolean>
  /** Replaces the list of devices that the identity signed: opaque. Of unknown identities nothing is kept. */
  setDevices(identity: IdentityKey, record: Uint8Array): Promise<void>
  devices(identity: IdentityKey): Promise<Uint8Array | undefined>
}

// ------------------------------------------------------------------------------------------------- bundles

/**
 * What others need to write to a device for the first time, as bytes that the relay does not read: one part that
 * everybody gets, and keys that are handed out once, in pools. 'x3dh' has one pool (Mobium's one-time prekeys);
 * 'pqxdh' has two, of curve keys and of KEM keys.
 */
export type BundleFormat = 'x3dh' | 'pqxdh'

export const poolsOf: Readonly<Record<BundleFormat, number>> = { x3dh: 1, pqxdh: 2 }

export interface BundlePublication {
  readonly mailbox: MailboxId
  readonly format: BundleFormat
  readonly shared: Uint8Array
  /** As many as the format has pools. */
  readonly pools: readonly (readonly Uint8Array[])[]
  /** Whether what is in the pools goes, or stays in front of the new keys. Keys that are there already are not added. */
  readonly replace: boolean
  /** How many may rest in a pool. When there are more the oldest go. */
  readonly maxKeys: number
}

export type PublishOutcome =
  | { readonly kind: 'published'; readonly counts: readonly number[] }
  | { readonly kind: 'unknown-mailbox' }

export interface TakenBundle {
  readonly shared: Uint8Array
  /** The oldest key of each pool, which nobody gets again. */
  readonly keys: readonly (Uint8Array | undefined)[]
  /** How many are left in each pool. */
  readonly remaining: readonly number[]
}

export interface BundleStore {
  publish(publication: BundlePublication): Promise<PublishOutcome>
  /** Without `consume` no key of a pool comes with it. */
  take(mailbox: MailboxId, format: BundleFormat, consume: boolean): Promise<TakenBundle | undefined>
  /** Zeros when nothing was published. */
  counts(mailbox: MailboxId, format: BundleFormat): Promise<readonly number[]>
}

// ------------------------------------------------------------------------------------------------ recovery

/** What helps somebody who lost a key to be known again, as bytes that the relay does not read. */
export interface RecoveryProof {
  /** Names the lost key. 32 bytes. */
  readonly hash: Uint8Array
  readonly data: Uint8Array
  readonly expiresAtMillis: number
}

export interface RecoveryStore {
  /** Takes the place of what was there under this hash. */
  put(proof: RecoveryProof): Promise<void>
  /** Those of these hashes under which there is something that is not expired, each once. */
  get(hashes: readonly Uint8Array[], nowMillis: number): Promise<readonly RecoveryProof[]>
  /** Removes expired proofs, `limit` at most. Resolves to how many went. */
  expire(nowMillis: number, limit: number): Promise<number>
}

// ---------------------------------------------------------------------------------------------- milestones

/** Since when the operator's settings are what they are, for rules that begin some time after a change. */
export interface MilestoneStore {
  /** Since when `name` has had this value: since now, if the last one that was told was another. */
  since(name: string, value: number, nowMillis: number): Promise<number>
}

// ------------------------------------------------------------------------------------------------- errors

export type StoreErrorCode =
  /** More work waits than the bound allows. Nothing was changed; worth another try. */
  | 'busy'
  /** No room on the disk. Nothing was changed. */
  | 'disk-full'
  /** The file is damaged, or another process holds it. */
  | 'unusable'
  /** The store was closed. */
  | 'closed'

export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}

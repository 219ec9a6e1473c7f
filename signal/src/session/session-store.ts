/**
 * @module What sessions need of a place to keep things. Reads come before any work; then there is one write, with all
 * that a message has changed.
 *
 * What a store answers stays its own: it is copied, and neither changed nor kept. What it is given is its own from then
 * on, whatever it answers: nobody changes that or needs it any more, and no memory behind it holds anything else. All
 * other memory in which a step has had a record's secrets is erased when the step is over.
 *
 * A store that fails throws what it likes: it is passed on as it is, and nothing has happened. Records and keys are
 * secrets; the store keeps them as safe as it keeps anything.
 */
import type { ProtocolAddress } from '#messages/service-address.ts'
import type { UsedPrekeys } from '#pqxdh/accept-session.ts'
import type { KyberPrekey, OneTimePrekey, SignedPrekey } from '#prekeys/prekeys.ts'

export interface SessionStore {
  /** As `change.record` of the last commit for this address. */
  loadRecord(address: ProtocolAddress): Promise<Uint8Array | undefined>
  loadSignedPrekey(id: number): Promise<SignedPrekey | undefined>
  loadKyberPrekey(id: number): Promise<KyberPrekey | undefined>
  loadOneTimePrekey(id: number): Promise<OneTimePrekey | undefined>
  /** Whether to go on with this key: it is the one that was saved, or the first one seen, or the user has said so. */
  isTrustedIdentity(
    address: ProtocolAddress,
    identityKey: Uint8Array,
    direction: 'sending' | 'receiving',
  ): Promise<boolean>
  /** All of it or nothing, durably, before it answers. */
  commit(change: SessionChange): Promise<CommitOutcome>
}

/** In the order in which a store that cannot do all at once should do it. */
export interface SessionChange {
  readonly address: ProtocolAddress
  /** To be remembered as this address's, 32 bytes. */
  readonly identityKey: Uint8Array
  /**
   * When a session was started with our prekeys. The one-time prekey is deleted, and the Kyber prekey, unless it is one
   * of last resort: of such a one the base key is kept beside both ids, until the prekey itself is thrown away.
   */
  readonly used: UsedPrekeys | undefined
  readonly record: Uint8Array
}

/** 'reused-base-key': the Kyber prekey of last resort has seen this base key before. Nothing was changed. */
export type CommitOutcome = 'committed' | 'reused-base-key'

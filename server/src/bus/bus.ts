/**
 * @module How the parts of a relay, and later its nodes, wake each other. Best effort by design: whatever is published
 * here is already durable, and a listener that misses a ring finds the envelope in the store when it next looks.
 */
import type { AccountId, MailboxId } from '@sotto/wire'
import type { Envelope } from '#store/store.ts'

/** Something was stored in a mailbox. A ring from another node carries no envelope: collect it. */
export interface Ring {
  readonly mailbox: MailboxId
  readonly live: { readonly envelope: Envelope; readonly previous: number } | undefined
}

/** Something happened to an account that its open sockets must know. */
export type AccountNotice =
  | { readonly kind: 'taken-over' }
  | { readonly kind: 'sessions-ended'; readonly families: readonly Uint8Array[] }
  | { readonly kind: 'prekeys-low' }

/** Who listens at a mailbox. An object and no function, because there is one to each socket. */
export interface RingListener {
  onRing(ring: Ring): void
}

export interface Bus extends AsyncDisposable {
  ring(ring: Ring): void
  listen(mailbox: MailboxId, listener: RingListener): void
  /** Leaving twice is leaving once. */
  leave(mailbox: MailboxId, listener: RingListener): void
  notify(account: AccountId, notice: AccountNotice): void
  /** Of every account: notices are rare, and who listens knows whose sockets it has. */
  onNotice(listener: (account: AccountId, notice: AccountNotice) => void): Disposable
}

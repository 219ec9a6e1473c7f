/**
 * @module What tests of following a mailbox share: one mailbox, a frozen clock, and a reader that remembers.
 */
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import type { FollowLimits, Reader } from '#relay/mailboxes/follow.ts'
import type { Envelope } from '#store/store.ts'

export const mailbox = '7'.repeat(64) as MailboxId
export const now = 1_800_000_000_000
export const clock = { now: () => now }
export const policy = {
  maxEnvelopes: 1000,
  maxBytes: 2 ** 30,
  whenFull: 'refuse',
  ttlMillis: 60_000,
} as const
export const limits: FollowLimits = { maxEnvelopes: 3, maxBytes: 1000 }

export const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i)

/** A reader that remembers, and is full when the test says so. */
export class Notes implements Reader {
  readonly taken: number[] = []
  readonly failures: unknown[] = []
  damaged = 0
  isFull: () => boolean = () => false

  take(envelope: Envelope): 'taken' | 'full' {
    this.taken.push(envelope.sequence)
    return this.isFull() ? 'full' : 'taken'
  }

  leftOut(damaged: number): void {
    this.damaged += damaged
  }

  failed(error: unknown): void {
    this.failures.push(error)
  }
}

/** What two letters of one mailbox differ in. */
export function letter(number: number) {
  const id = new Uint8Array(16) as EnvelopeId
  new DataView(id.buffer).setUint32(0, number)
  return { id, idMayRepeat: false, kind: 2, sender: undefined, body: Uint8Array.of(number) }
}

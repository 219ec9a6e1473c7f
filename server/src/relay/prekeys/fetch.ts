/**
 * @module Somebody wants to write to a device for the first time. Fetches are metered by target, whoever asks: past the
 * budget the bundle still comes, without a one-time key, so that nobody can drain a device's stock (Prekey Pogo, 2025)
 * and nobody is ever refused.
 */
import type { AccountId, MailboxId } from '@sotto/wire'
import type { Bus } from '#bus/bus.ts'
import type { PrekeyBundle, PrekeyStore } from '#store/store.ts'

export interface FetchDeps {
  readonly prekeys: PrekeyStore
  readonly bus: Bus
  /** False when this target's budget of one-time keys is used up for now. */
  readonly meter: (mailbox: MailboxId) => boolean
  /** The owner is told when fewer are left. */
  readonly lowThreshold: number
}

export interface Fetched {
  readonly bundle: PrekeyBundle
  readonly isMetered: boolean
}

export async function fetchBundle(
  deps: FetchDeps,
  account: AccountId,
  mailbox: MailboxId,
): Promise<Fetched | undefined> {
  const hasBudget = deps.meter(mailbox)
  const bundle = await deps.prekeys.takeBundle(mailbox, hasBudget)
  if (bundle === undefined) return undefined
  if (hasBudget && bundle.remaining < deps.lowThreshold) {
    deps.bus.notify(account, { kind: 'prekeys-low' })
  }
  return { bundle, isMetered: !hasBudget }
}

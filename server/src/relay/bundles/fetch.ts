/**
 * @module Somebody wants to write for the first time to a device of the live door. Fetches are metered by target, whoever
 * asks: past the budget the bundle still comes, without keys of the pools, so that nobody can drain a device's stock
 * (Prekey Pogo, 2025) and nobody is ever refused.
 */
import type { MailboxId } from '@sotto/wire'
import type { BundleFormat, BundleStore, TakenBundle } from '#store/store.ts'

export interface FetchBundleDeps {
  readonly bundles: BundleStore
  /** False when this target's budget of keys is used up for now. */
  readonly meter: (mailbox: MailboxId) => boolean
  /** The owner is told when a pool has fewer left. */
  readonly lowThreshold: number
}

export interface FetchedBundle {
  readonly bundle: TakenBundle
  readonly isMetered: boolean
  /** What its owner should hear of: somebody asks too often, or keys run out. */
  readonly alarm: 'metered' | 'low' | undefined
}

export async function fetchBundle(
  { bundles, meter, lowThreshold }: FetchBundleDeps,
  mailbox: MailboxId,
  format: BundleFormat,
): Promise<FetchedBundle | undefined> {
  const hasBudget = meter(mailbox)
  const bundle = await bundles.take(mailbox, format, hasBudget)
  if (bundle === undefined) return undefined
  if (!hasBudget) return { bundle, isMetered: true, alarm: 'metered' }
  const isLow = bundle.remaining.some((left) => left < lowThreshold)
  return { bundle, isMetered: false, alarm: isLow ? 'low' : undefined }
}

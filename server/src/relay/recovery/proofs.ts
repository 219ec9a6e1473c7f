/**
 * @module Recovery proofs: what somebody who lost a key left for those who knew it. Whoever knows the hash of the lost
 * key can put one there and can read it; clients check what is in it.
 */
import type { Clock } from '#relay/clock.ts'
import { inSlices } from '#relay/mailboxes/expire.ts'
import type { RecoveryStore } from '#store/store.ts'

export const proofTtlMillis = 90 * 86_400_000

export const maxProofBytes = 4096

/** To one question. */
export const maxProofHashes = 50

/** Resolves to how many went. Stops early when the signal aborts. */
export function expireProofs(
  recovery: Pick<RecoveryStore, 'expire'>,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  return inSlices((limit) => recovery.expire(clock.now(), limit), signal)
}

/**
 * @module POST /v2/recovery/query: the proofs that were left for these keys. Clients ask for all their contacts at once,
 * so that the question does not tell about whom they worry.
 */
import type { Clock } from '#relay/clock.ts'
import { maxProofHashes, proofTtlMillis } from '#relay/recovery/proofs.ts'
import type { RecoveryStore } from '#store/store.ts'
import type { Action } from '#door/vauchi/actions.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { failed, rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { recoveryQueryRequest } from '#door/vauchi/schemas.ts'
import { fromHex32, toBase64, toHex } from '#door/vauchi/texts.ts'

export interface RecoveryQueryDeps {
  readonly recovery: Pick<RecoveryStore, 'get'>
  readonly limits: Pick<Limits, 'recoveryQuery'>
  readonly clock: Clock
}

export function createRecoveryQuery({ recovery, limits, clock }: RecoveryQueryDeps): Action {
  return async (body, address) => {
    const request = recoveryQueryRequest.safeParse(body)
    if (!request.success) return unreadable
    const texts = request.data.key_hashes
    if (texts.length > maxProofHashes) {
      return failed(400, `too many key_hashes (max ${maxProofHashes})`)
    }
    const hashes = texts.map(fromHex32).filter((hash) => hash !== undefined)
    if (hashes.length < texts.length) return failed(400, 'invalid key_hash')
    const admission = limits.recoveryQuery(address)
    if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    const proofs = await recovery.get(hashes, clock.now())
    return succeeded({
      proofs: proofs.map(({ hash, data, expiresAtMillis }) => ({
        key_hash: toHex(hash),
        proof_data: toBase64(data),
        created_at: Math.floor((expiresAtMillis - proofTtlMillis) / 1000),
        expires_at: Math.floor(expiresAtMillis / 1000),
      })),
    })
  }
}

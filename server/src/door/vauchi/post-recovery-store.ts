/**
 * @module POST /v2/recovery/store: leaves a proof for those who knew a key that was lost. Whoever knows the key's hash
 * may: clients check what is in a proof.
 */
import type { Clock } from '#relay/clock.ts'
import { maxProofBytes, proofTtlMillis } from '#relay/recovery/proofs.ts'
import type { RecoveryStore } from '#store/store.ts'
import type { Action } from '#door/vauchi/actions.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { failed, rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { recoveryStoreRequest } from '#door/vauchi/schemas.ts'
import { fromBase64, fromHex32 } from '#door/vauchi/texts.ts'

export interface RecoveryStoreDeps {
  readonly recovery: Pick<RecoveryStore, 'put'>
  readonly limits: Pick<Limits, 'recoveryStore'>
  readonly clock: Clock
}

export function createRecoveryStore({ recovery, limits, clock }: RecoveryStoreDeps): Action {
  return async (body, address) => {
    const request = recoveryStoreRequest.safeParse(body)
    if (!request.success) return unreadable
    const { key_hash, proof_data } = request.data
    const hash = fromHex32(key_hash)
    if (hash === undefined) return failed(400, 'key_hash must be 64 hex characters (32 bytes)')
    const data = fromBase64(proof_data)
    if (data === undefined) return failed(400, 'invalid base64 in proof_data')
    if (data.length > maxProofBytes) {
      return failed(400, `proof_data exceeds ${maxProofBytes} byte limit`)
    }
    const admission = limits.recoveryStore(key_hash, address)
    if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    await recovery.put({ hash, data, expiresAtMillis: clock.now() + proofTtlMillis })
    return succeeded()
  }
}

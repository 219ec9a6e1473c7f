/**
 * @module POST /v2/exchange/complete: takes the answer to one's own offer, which is gone then.
 */
import type { ExchangeBroker } from '#relay/exchange/broker.ts'
import type { Action } from '#door/vauchi/actions.ts'
import { exchangeFailure, isCode, notACode } from '#door/vauchi/exchange-texts.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { completeRequest } from '#door/vauchi/schemas.ts'

export interface CompleteDeps {
  readonly exchange: Pick<ExchangeBroker, 'complete'>
  readonly limits: Pick<Limits, 'code'>
}

export function createComplete({ exchange, limits }: CompleteDeps): Action {
  return async (body, address) => {
    const request = completeRequest.safeParse(body)
    if (!request.success) return unreadable
    const { code, completion_token } = request.data
    if (!isCode(code)) return notACode
    const admission = limits.code(code, address)
    if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    const outcome = exchange.complete(code, completion_token ?? undefined)
    return outcome.kind === 'completed'
      ? succeeded({ response: outcome.response })
      : exchangeFailure(outcome)
  }
}

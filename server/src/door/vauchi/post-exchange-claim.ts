/**
 * @module POST /v2/exchange/claim: takes the payload of an offer, and leaves an answer in its place. Once.
 */
import type { ExchangeBroker } from '#relay/exchange/broker.ts'
import type { Action } from '#door/vauchi/actions.ts'
import {
  exchangeFailure,
  isCode,
  isTooLarge,
  notACode,
  tooLarge,
} from '#door/vauchi/exchange-texts.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { claimRequest } from '#door/vauchi/schemas.ts'

export interface ClaimDeps {
  readonly exchange: Pick<ExchangeBroker, 'claim'>
  readonly limits: Pick<Limits, 'code'>
}

export function createClaim({ exchange, limits }: ClaimDeps): Action {
  return async (body, address) => {
    const request = claimRequest.safeParse(body)
    if (!request.success) return unreadable
    const { code, response } = request.data
    if (!isCode(code)) return notACode
    const admission = limits.code(code, address)
    if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    if (isTooLarge(response)) return tooLarge
    const outcome = exchange.claim(code, response)
    return outcome.kind === 'claimed'
      ? succeeded({ payload: outcome.payload })
      : exchangeFailure(outcome)
  }
}

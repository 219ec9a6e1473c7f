/**
 * @module POST /v2/exchange/offer: leaves a payload for whoever is told the code.
 */
import type { ExchangeBroker } from '#relay/exchange/broker.ts'
import type { Action } from '#door/vauchi/actions.ts'
import { isTooLarge, tooLarge } from '#door/vauchi/exchange-texts.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { failed, rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { offerRequest } from '#door/vauchi/schemas.ts'

export interface OfferDeps {
  readonly exchange: Pick<ExchangeBroker, 'offer'>
  readonly limits: Pick<Limits, 'offer'>
  readonly defaultTtlSeconds: number
}

const minTtlSeconds = 30
const maxTtlSeconds = 3600

export function createOffer({ exchange, limits, defaultTtlSeconds }: OfferDeps): Action {
  return async (body, address) => {
    const request = offerRequest.safeParse(body)
    if (!request.success) return unreadable
    const { payload, expires_secs, with_completion_token } = request.data
    const admission = limits.offer(address)
    if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    if (isTooLarge(payload)) return tooLarge
    const seconds = expires_secs ?? defaultTtlSeconds
    if (!Number.isInteger(seconds) || seconds < minTtlSeconds || seconds > maxTtlSeconds) {
      return failed(400, `TTL must be between ${minTtlSeconds} and ${maxTtlSeconds} seconds`)
    }
    const outcome = exchange.offer(payload, {
      ttlMillis: seconds * 1000,
      isGuarded: with_completion_token === true,
    })
    if (outcome.kind === 'full') return failed(400, 'too many offers')
    const { code, completionToken } = outcome
    return succeeded({
      code,
      ...(completionToken === undefined ? {} : { completion_token: completionToken }),
    })
  }
}

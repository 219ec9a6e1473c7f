/**
 * @module POST /v1/sessions/refresh: a spent refresh token for a fresh pair. A token that was spent before ends the whole
 * session, unless it comes back so soon that it must be the client's own retry.
 */
import type { Events } from '#watch/events.ts'
import type { Accounts } from '#relay/accounts/accounts.ts'
import type { Route } from '#door/route.ts'
import { grantReply } from '#door/obscura/grant.ts'
import { readJson } from '#door/obscura/read-json.ts'
import { failure } from '#door/obscura/replies.ts'
import { authResponse, errorResponse, refreshRequest } from '#door/obscura/schemas.ts'

export interface PostSessionsRefreshDeps {
  readonly accounts: Accounts
  readonly requestTimeoutMillis: number
  readonly events: Pick<Events, 'sessionRefreshed' | 'sessionRefused' | 'sessionReused'>
}

export function postSessionsRefresh(deps: PostSessionsRefreshDeps): Route {
  const { events } = deps
  return {
    method: 'POST',
    path: '/v1/sessions/refresh',
    summary: 'Refresh access token',
    tag: 'Account',
    access: 'public',
    tier: 'auth',
    accepts: { json: refreshRequest },
    responses: {
      200: { description: 'Tokens refreshed', json: authResponse },
      400: { description: 'Invalid input', json: errorResponse },
      401: { description: 'Unknown, spent, revoked or expired refresh token', json: errorResponse },
      408: { description: 'The body did not arrive in time', json: errorResponse },
      413: { description: 'Body too large', json: errorResponse },
      415: { description: 'Not JSON', json: errorResponse },
    },
    async handle({ request }) {
      const parsed = await readJson(request, refreshRequest, deps.requestTimeoutMillis)
      if (parsed.kind === 'refused') return parsed.response
      const outcome = await deps.accounts.refresh(parsed.value.refreshToken)
      switch (outcome.kind) {
        case 'granted':
          events.sessionRefreshed()
          return grantReply(200, outcome.grant)
        case 'reused':
          events.sessionReused()
          return failure(401, 'Unauthorized')
        case 'refused':
        case 'retried':
          events.sessionRefused()
          return failure(401, 'Unauthorized')
      }
    },
  }
}

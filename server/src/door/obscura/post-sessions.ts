/**
 * @module POST /v1/sessions: log in. An unknown user and a wrong password get the same answer after the same time.
 */
import type { Events } from '#watch/events.ts'
import type { Accounts } from '#relay/accounts/accounts.ts'
import type { Route } from '#door/route.ts'
import { grantReply } from '#door/obscura/grant.ts'
import { readJson } from '#door/obscura/read-json.ts'
import { failure } from '#door/obscura/replies.ts'
import { authResponse, credentials, errorResponse } from '#door/obscura/schemas.ts'

export interface PostSessionsDeps {
  readonly accounts: Accounts
  readonly requestTimeoutMillis: number
  readonly events: Pick<Events, 'loginTried'>
}

export function postSessions(deps: PostSessionsDeps): Route {
  return {
    method: 'POST',
    path: '/v1/sessions',
    summary: 'Login and retrieve a session token',
    tag: 'Account',
    access: 'public',
    tier: 'auth',
    accepts: { json: credentials },
    responses: {
      200: { description: 'Authenticated', json: authResponse },
      400: { description: 'Invalid input', json: errorResponse },
      401: { description: 'Unknown user or wrong password', json: errorResponse },
      408: { description: 'The body did not arrive in time', json: errorResponse },
      413: { description: 'Body too large', json: errorResponse },
      415: { description: 'Not JSON', json: errorResponse },
    },
    async handle({ request }) {
      const parsed = await readJson(request, credentials, deps.requestTimeoutMillis)
      if (parsed.kind === 'refused') return parsed.response
      const { username, password } = parsed.value
      const outcome = await deps.accounts.logIn(username, password, request.signal)
      switch (outcome.kind) {
        case 'granted':
          deps.events.loginTried('accepted')
          return grantReply(200, outcome.grant)
        case 'refused':
          deps.events.loginTried('refused')
          return failure(401, 'Unauthorized')
        case 'busy':
          deps.events.loginTried('busy')
          return failure(503, 'Too many logins at once', { 'retry-after': '1' })
      }
    },
  }
}

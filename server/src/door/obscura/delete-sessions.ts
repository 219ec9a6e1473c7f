/**
 * @module DELETE /v1/sessions: log out. Ends the session of the given refresh token, with its access tokens and its
 * sockets, if it is the caller's. What is not the caller's is left alone, and the answer does not tell.
 */
import type { Events } from '#watch/events.ts'
import type { Accounts } from '#relay/accounts/accounts.ts'
import type { Route } from '#door/route.ts'
import { readJson } from '#door/obscura/read-json.ts'
import { empty } from '#door/obscura/replies.ts'
import { errorResponse, refreshRequest } from '#door/obscura/schemas.ts'

export interface DeleteSessionsDeps {
  readonly accounts: Accounts
  readonly requestTimeoutMillis: number
  readonly events: Pick<Events, 'sessionEnded'>
}

export function deleteSessions(deps: DeleteSessionsDeps): Route {
  return {
    method: 'DELETE',
    path: '/v1/sessions',
    summary: 'Logout (revoke refresh token)',
    tag: 'Account',
    access: 'bearer',
    tier: 'auth',
    accepts: { json: refreshRequest },
    responses: {
      200: { description: 'Session revoked, or not the caller’s to revoke' },
      400: { description: 'Invalid input', json: errorResponse },
      408: { description: 'The body did not arrive in time', json: errorResponse },
      413: { description: 'Body too large', json: errorResponse },
      415: { description: 'Not JSON', json: errorResponse },
    },
    async handle({ request, caller }) {
      const parsed = await readJson(request, refreshRequest, deps.requestTimeoutMillis)
      if (parsed.kind === 'refused') return parsed.response
      await deps.accounts.logOut(caller.account, parsed.value.refreshToken)
      deps.events.sessionEnded()
      return empty(200)
    },
  }
}

/**
 * @module GET /v2/health: whether somebody is there. Clients ask before they send.
 */
import { answer } from '#door/vauchi/answer.ts'
import { versionIn, type VersionGate } from '#door/vauchi/app-version.ts'
import { succeeded } from '#door/vauchi/reply.ts'
import type { Route } from '#door/route.ts'

export function getHealth(versions: VersionGate): Route {
  return {
    method: 'GET',
    path: '/v2/health',
    summary: 'Whether the relay answers',
    tag: 'Oblivious mailboxes',
    access: 'public',
    tier: 'none',
    responses: { 200: { description: 'It does' } },
    handle({ request }) {
      const { headers, refusal } = versions.check(
        versionIn(request.headers.get('x-app-compat-version')),
      )
      return answer(refusal ?? succeeded(), headers)
    },
  }
}

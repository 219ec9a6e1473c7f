/**
 * @module The actions as routes, for requests that are whole ones. Each has the path that is documented, and the name of
 * the action under `/v2` besides: original clients in direct mode ask for that.
 */
import { answer } from '#door/vauchi/answer.ts'
import { actionNames, pathOf, type ActionName, type Actions } from '#door/vauchi/actions.ts'
import { largestVersion, versionIn, type VersionGate } from '#door/vauchi/app-version.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { rateLimited } from '#door/vauchi/reply.ts'
import { readJsonBody } from '#door/vauchi/read-body.ts'
import type { Call, Route } from '#door/route.ts'
import type { Events } from '#watch/events.ts'

export interface RouteDeps {
  readonly actions: Actions
  readonly versions: VersionGate
  readonly limits: Pick<Limits, 'ofAddress'>
  readonly events: Pick<Events, 'rateLimited'>
  /** Whom a request is counted against. Undefined for requests that came sealed: those are counted together. */
  readonly addressOf: ((peer: string, forwardedFor: string | null) => string) | undefined
  readonly maxMessageBytes: number
  readonly requestTimeoutMillis: number
}

const summaries: Readonly<Record<ActionName, string>> = {
  send: 'Deposit a sealed message in a mailbox',
  fetch: 'Read what waits in mailboxes',
  ack: 'Remove one message',
  register: 'Check mailbox tokens; nothing is stored',
  purge: 'Empty a mailbox, with a signature',
  recovery_store: 'Leave a recovery proof',
  recovery_query: 'Ask for recovery proofs',
  exchange_offer: 'Offer a payload under a code of six digits',
  exchange_claim: 'Take the payload of a code and leave an answer',
  exchange_complete: 'Take the answer',
}

/** Of everything but messages. */
const maxBodyBytes = 128 * 1024

/** What stands around the base64 of a message, generously. */
const envelopeBytes = 4096

export function actionRoutes(deps: RouteDeps): readonly Route[] {
  return actionNames.flatMap((name) => {
    const paths = new Set([pathOf(name), `/v2/${name}`])
    return [...paths].map((path) => routeAt(path, name, deps))
  })
}

function routeAt(path: string, name: ActionName, deps: RouteDeps): Route {
  const { addressOf, events, limits } = deps
  const act = deps.actions[name]
  const maxBytes =
    name === 'send'
      ? Math.max(maxBodyBytes, Math.ceil(deps.maxMessageBytes / 3) * 4 + envelopeBytes)
      : maxBodyBytes
  return {
    method: 'POST',
    path,
    summary: summaries[name],
    tag: 'Oblivious mailboxes',
    access: 'public',
    // Counted here, to be answered in this door's own words.
    tier: 'none',
    responses: { 200: { description: 'Done' } },
    async handle({ request, peer }: Call<undefined>) {
      const stated = request.headers.get('x-app-compat-version')
      const { headers, refusal } = deps.versions.check(
        addressOf === undefined && stated === null ? largestVersion : versionIn(stated),
      )
      if (refusal !== undefined) return answer(refusal, headers)
      const address = addressOf?.(peer.address, request.headers.get('x-forwarded-for'))
      const admission = limits.ofAddress(address)
      if (!admission.allowed) {
        events.rateLimited('standard')
        return answer(rateLimited(admission.retryAfterMillis), headers)
      }
      const body = await readJsonBody(request, {
        maxBytes,
        timeoutMillis: deps.requestTimeoutMillis,
      })
      if (body.kind === 'refused') return answer(body.reply, headers)
      return answer(await act(body.value, address), headers)
    },
  }
}

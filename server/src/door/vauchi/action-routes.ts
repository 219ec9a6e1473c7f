/**
 * @module The actions as routes, for requests that are whole ones. Each has the path that is documented, and the name of
 * the action under `/v2` besides: original clients in direct mode ask for that.
 */
import { actionNames, pathOf, type ActionName, type Actions } from '#door/vauchi/actions.ts'
import { jsonRoute, maxJsonBytes, refusals, type JsonRouteDeps } from '#door/vauchi/json-route.ts'
import { sendAnswer, sendRequest } from '#door/vauchi/schemas.ts'
import type { Route } from '#door/route.ts'

export interface RouteDeps extends JsonRouteDeps {
  readonly actions: Actions
  readonly maxMessageBytes: number
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

/** Our own clients ask for it, with members of ours. */
const documentedSend = {
  accepts: { json: sendRequest },
  responses: { 200: { description: 'It is on disk', json: sendAnswer }, ...refusals },
}

/** What stands around the base64 of a message, generously. */
const envelopeBytes = 4096

export function actionRoutes(deps: RouteDeps): readonly Route[] {
  return actionNames.flatMap((name) => {
    const paths = new Set([pathOf(name), `/v2/${name}`])
    return [...paths].map((path) => routeAt(path, name, deps))
  })
}

function routeAt(path: string, name: ActionName, deps: RouteDeps): Route {
  return jsonRoute(deps, {
    path,
    summary: summaries[name],
    ...(name === 'send' ? documentedSend : { responses: { 200: { description: 'Done' } } }),
    maxBytes:
      name === 'send'
        ? Math.max(maxJsonBytes, Math.ceil(deps.maxMessageBytes / 3) * 4 + envelopeBytes)
        : maxJsonBytes,
    act: deps.actions[name],
  })
}

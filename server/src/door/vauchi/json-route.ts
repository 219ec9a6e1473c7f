/**
 * @module A route of this door that takes JSON: version, rate of the address, body, and then what it does. All of it is
 * answered in this door's own words.
 */
import { answer } from '#door/vauchi/answer.ts'
import type { Action } from '#door/vauchi/actions.ts'
import { largestVersion, versionIn, type VersionGate } from '#door/vauchi/app-version.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { rateLimited } from '#door/vauchi/reply.ts'
import { readJsonBody } from '#door/vauchi/read-body.ts'
import { obliviousError } from '#door/vauchi/schemas.ts'
import type { Call, Described, DocumentedResponse, Route } from '#door/route.ts'
import type { Events } from '#watch/events.ts'

export interface JsonRouteDeps {
  readonly versions: VersionGate
  readonly limits: Pick<Limits, 'ofAddress'>
  readonly events: Pick<Events, 'rateLimited'>
  /** Whom a request is counted against. Undefined for requests that came sealed: those are counted together. */
  readonly addressOf: ((peer: string, forwardedFor: string | null) => string) | undefined
  readonly requestTimeoutMillis: number
}

export interface JsonRoute extends Pick<Described, 'path' | 'summary' | 'accepts' | 'responses'> {
  readonly maxBytes: number
  readonly act: Action
}

/** What any of these routes may say instead, for those that are documented in full. */
export const refusals: Readonly<Record<number, DocumentedResponse>> = {
  400: refusal('Not a request'),
  408: refusal('The body took too long'),
  413: refusal('Too large'),
  415: refusal('The body is not said to be JSON'),
  426: refusal('The client is too old'),
  429: refusal('Too many requests, or too much waits', { 'Retry-After': 'Seconds to wait' }),
  500: refusal('A fault of the server'),
  503: refusal('The server is busy or shutting down', { 'Retry-After': 'Seconds to wait' }),
  507: refusal('The disk is full', { 'Retry-After': 'Seconds to wait' }),
}

function refusal(
  description: string,
  headers: Readonly<Record<string, string>> = {},
): DocumentedResponse {
  return { description, headers, json: obliviousError }
}

/** Of everything but messages. */
export const maxJsonBytes: number = 128 * 1024

export function jsonRoute(deps: JsonRouteDeps, { maxBytes, act, ...described }: JsonRoute): Route {
  const { addressOf, events, limits } = deps
  return {
    ...described,
    method: 'POST',
    tag: 'Oblivious mailboxes',
    access: 'public',
    // Counted here, to be answered in this door's own words.
    tier: 'none',
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

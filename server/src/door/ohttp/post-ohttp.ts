/**
 * @module POST /v2/ohttp: a sealed request (RFC 9458) of somebody whom the relay does not see. It is opened, told apart
 * by its bytes, answered, and the answer sealed:
 *
 * | inside | answered by |
 * |---|---|
 * | `00` or `02`, then a method: binary HTTP (RFC 9292) | the relay's own routes, those of `allowed.ts` |
 * | everything else: Vauchi's padded JSON | the action that it names |
 *
 * Before it is opened, a refusal is in clear; afterwards it is sealed and the status is 200, so that whoever carries it
 * sees one outcome only. The one exception is in `envelope.ts`.
 */
import type { Primitives } from '@sotto/primitives'
import { responseMediaType } from '@sotto/veil/ohttp/encapsulation'
import { openRequest, sealResponse } from '@sotto/veil/ohttp/gateway'
import type { Randomness } from '@sotto/veil/randomness'
import {
  answerBinaryRequest,
  binaryFailure,
  type BinaryRequestDeps,
  isBinaryRequest,
} from '#door/ohttp/binary-request.ts'
import { type Actions, answerEnvelope, failed, padAnswer } from '#door/ohttp/envelope.ts'
import type { GatewayKeys } from '#door/ohttp/gateway-keys.ts'
import type { Replays } from '#door/ohttp/replays.ts'
import { notSealed, otherKey, refusal } from '#door/ohttp/replies.ts'
import { ohttpRoute } from '#door/ohttp/routes.ts'
import { readBody } from '#guard/body-limit.ts'
import type { Admission } from '#guard/rate-limit.ts'
import { retryAfterSeconds } from '#guard/retry-after.ts'
import { StoreError } from '#store/store.ts'
import type { Events } from '#watch/events.ts'

export interface PostOhttpDeps {
  readonly primitives: Primitives
  readonly random: Randomness
  readonly keys: GatewayKeys
  readonly replays: Replays
  /** One bucket for everybody: there is nobody to tell apart. */
  readonly admit: () => Admission
  readonly actions: Actions
  readonly binary: BinaryRequestDeps
  readonly maxRequestBytes: number
  readonly requestTimeoutMillis: number
  /** Of a clock that does not jump. */
  readonly monotonicMillis: () => number
  readonly events: Pick<
    Events,
    'rateLimited' | 'requestAnswered' | 'requestFailed' | 'sealedRefused' | 'storeFailed'
  >
}

export async function answerOhttp(request: Request, deps: PostOhttpDeps): Promise<Response> {
  const { primitives, keys, maxRequestBytes } = deps
  const admission = deps.admit()
  if (!admission.allowed) {
    deps.events.rateLimited('standard')
    const seconds = String(retryAfterSeconds(admission.retryAfterMillis))
    return refusal(429, 'rate limit exceeded', { 'retry-after': seconds })
  }
  const bounds = { maxBytes: maxRequestBytes, timeoutMillis: deps.requestTimeoutMillis }
  const body = await readBody(request, bounds)
  switch (body.kind) {
    case 'too-large':
      return refusal(413, `request too large: ${maxRequestBytes} bytes at most`)
    case 'timeout':
      return refusal(408, 'request did not arrive in time')
    case 'broken':
      return refusal(400, 'request broke off')
    case 'read':
  }
  const { window, accepted } = keys.now()
  const opened = await openRequest(primitives, accepted, body.bytes)
  if (opened.kind !== 'opened') return looksSealed(body.bytes) ? otherKey() : notSealed()
  const isFirst = deps.replays.isFirst(keys.windowOf(opened.keyId), window, opened.encapsulatedKey)
  const answer = isBinaryRequest(opened.request)
    ? await answerBinary(opened.request, isFirst, deps, request.signal)
    : await answerPadded(opened.request, isFirst, deps)
  if (answer === undefined) return refusal(400, 'invalid inner request JSON: missing version')
  const sealed = await sealResponse(primitives, deps.random, opened.context, answer)
  return new Response(new Uint8Array(sealed), {
    headers: { 'content-type': responseMediaType, 'cache-control': 'no-store' },
  })
}

/** The dispatch answers for its routes; what throws here is ours, and is sealed as well. */
async function answerBinary(
  plaintext: Uint8Array,
  isFirst: boolean,
  { binary, events }: PostOhttpDeps,
  signal: AbortSignal,
): Promise<Uint8Array> {
  try {
    return await answerBinaryRequest(plaintext, isFirst, binary, signal)
  } catch (error) {
    if (!signal.aborted) report(error, events)
    return binaryFailure(500, 'Internal server error')
  }
}

/** Undefined for the one refusal that goes out in clear. */
async function answerPadded(
  plaintext: Uint8Array,
  isFirst: boolean,
  { random, actions, events, monotonicMillis }: PostOhttpDeps,
): Promise<Uint8Array | undefined> {
  const started = monotonicMillis()
  try {
    const outcome = await answerEnvelope(plaintext, isFirst, actions)
    if (outcome.kind === 'no-version') return undefined
    // An action is a route of that name as well, and counts as if it had been asked for directly.
    const { done } = outcome
    if (done === undefined) events.sealedRefused()
    else {
      const took = monotonicMillis() - started
      events.requestAnswered('POST', `/v2/${done.action}`, done.status, took)
    }
    return padAnswer(random, outcome.body, outcome.isPage)
  } catch (error) {
    report(error, events)
    const isStore = error instanceof StoreError
    const { body } = failed(isStore ? 'storage unavailable, try again' : 'internal server error')
    return padAnswer(random, body, false)
  }
}

function report(error: unknown, events: PostOhttpDeps['events']): void {
  if (error instanceof StoreError) events.storeFailed(error.code)
  else events.requestFailed(ohttpRoute.path, error)
}

const headerBytes = 7
const encapsulatedKeyBytes = 32
const tagBytes = 16

/** Long enough, and for the KEM that we have (RFC 9458 §4.1). */
function looksSealed(bytes: Uint8Array): boolean {
  const isLongEnough = bytes.length >= headerBytes + encapsulatedKeyBytes + tagBytes
  return isLongEnough && bytes[1] === 0 && bytes[2] === 0x20
}

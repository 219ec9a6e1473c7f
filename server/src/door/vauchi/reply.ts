/**
 * @module What an action of this door answers: a status and a JSON object, whichever way it travels back. Clients tell
 * failures apart by their texts, so that those are part of the protocol.
 */
import { retryAfterSeconds } from '#guard/retry-after.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export interface ActionReply {
  readonly status: number
  readonly body: JsonObject
  readonly retryAfterSeconds?: number
}

/** What original clients wait after a 429, whatever it says. */
const usualWaitSeconds = 10

export function succeeded(fields: JsonObject = {}): ActionReply {
  return { status: 200, body: { status: 'ok', ...fields } }
}

/** Never with a word of what the caller sent. */
export function failed(status: number, error: string): ActionReply {
  return { status, body: { status: 'error', error } }
}

export const unreadable = failed(400, 'invalid request')

export function failedForNow(
  status: number,
  error: string,
  waitSeconds: number = usualWaitSeconds,
): ActionReply {
  return { ...failed(status, error), retryAfterSeconds: waitSeconds }
}

export function rateLimited(retryAfterMillis: number): ActionReply {
  return failedForNow(429, 'rate limit exceeded', retryAfterSeconds(retryAfterMillis))
}

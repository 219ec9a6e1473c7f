/**
 * @module One request to the oblivious door and its answer, whichever way they travel, and what it means when the answer
 * is not what was asked for.
 */
import { SottoError } from '#errors.ts'
import type { Clock } from '#ports/clock.ts'

export interface RelayRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly contentType?: 'application/json' | 'application/octet-stream'
  readonly content?: Uint8Array
  /** Doing it twice does no harm: it may be sent again when nobody can tell whether it was done. */
  readonly mayRepeat: boolean
}

export interface RelayAnswer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly content: Uint8Array
}

/**
 * One attempt. 'too-large' when the request fits into nothing that this way carries. Rejects with a `SottoError`, or with
 * the signal's reason.
 */
export type Exchange = (
  request: RelayRequest,
  signal: AbortSignal,
) => Promise<RelayAnswer | 'too-large'>

/** When the other side does not say how long. */
export const defaultRetryMillis = 10_000
/** However long it says. */
const maxRetryMillis = 3_600_000

const busyStatuses: ReadonlySet<number> = new Set([408, 429, 500, 503, 507])
/** Of whoever stands between us and the relay. */
const absentStatuses: ReadonlySet<number> = new Set([502, 504])

/** What a status means that nobody was prepared for. The words of an answer are shown to nobody. */
export function refusalOf(
  answer: Pick<RelayAnswer, 'status' | 'headers'>,
  clock: Clock,
): SottoError {
  const { status } = answer
  if (busyStatuses.has(status)) {
    return new SottoError('relay-busy', `The relay has no room or no time: status ${status}`, {
      retryAfterMillis: retryAfterMillis(answer.headers['retry-after'], clock),
    })
  }
  if (absentStatuses.has(status)) {
    return new SottoError(
      'offline',
      `Cannot reach the relay behind the forwarder: status ${status}`,
    )
  }
  if (status === 426) {
    return new SottoError('relay-refused', 'The relay requires a newer version of this client')
  }
  if (status >= 400) return new SottoError('relay-refused', `The relay refused: status ${status}`)
  return new SottoError('bad-answer', `Cannot use the answer: status ${status}`)
}

/** RFC 9110 §5.6.7. Of other texts platforms make dates as they please. */
const httpDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

export function readHttpDate(text: string | undefined): number | undefined {
  const millis = httpDate.test(text ?? '') ? Date.parse(text ?? '') : Number.NaN
  return Number.isNaN(millis) ? undefined : millis
}

/** RFC 9110 §10.2.3: seconds, or a moment. */
function retryAfterMillis(text: string | undefined, clock: Clock): number {
  const atMillis = readHttpDate(text)
  if (atMillis !== undefined) return boundedRetryMillis(atMillis - clock.now())
  return /^\d{1,9}$/.test(text ?? '') ? boundedRetryMillis(Number(text) * 1000) : defaultRetryMillis
}

export function boundedRetryMillis(millis: number): number {
  return Math.min(Math.max(millis, 0), maxRetryMillis)
}

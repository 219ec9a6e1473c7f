/**
 * @module A request of RFC 9292, inside the seal: read, walked through the relay's own routes like any other, and its
 * answer written and padded. It has no address, and no header but those that it brings along.
 *
 * One that says when it was made (`date`) is refused when that is not now (RFC 9458 §6.5.2). So nobody can hold it back
 * until the memory for replays has let it go.
 */
import { decodeRequest } from '@sotto/veil/bhttp/decode'
import { encodeResponse, padMessage } from '@sotto/veil/bhttp/encode'
import type { BinaryRequest, Field } from '@sotto/veil/bhttp/message'
import { type Ladder, stepFor } from '@sotto/veil/padding/ladder'
import type { Dispatch } from '#door/dispatch.ts'
import type { Peer, Upgrade } from '#door/listener.ts'
import { requestFields, responseFields } from '#door/ohttp/allowed.ts'
import { readAnswer } from '#door/ohttp/read-answer.ts'
import type { Events } from '#watch/events.ts'

export interface BinaryRequestDeps {
  /** Knows what may be reached, and nothing else. */
  readonly dispatch: Dispatch
  readonly nowMillis: () => number
  readonly maxContentBytes: number
  readonly maxAnswerBytes: number
  readonly events: Pick<Events, 'sealedRefused'>
}

export const maxHeaderBytes: number = 16 * 1024
export const dateToleranceMillis: number = 5 * 60_000
export const dateProblemType = 'https://iana.org/assignments/http-problem-types#date'

/**
 * Answers have one of these sizes. The last step, sealed, is just below the 128 KiB that forwarders take: a page of
 * messages that passes 96 KiB by its header must not become one that nobody can fetch.
 */
export const answerLadder: Ladder = {
  steps: [1024, 4096, 32_768, 98_304, 131_008],
  thenMultiplesOf: 32_768,
}

const methods: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'DELETE'])
/** For whoever reads a request's URL. The path alone decides. */
const origin = 'https://relay.invalid'

const nowhere: Peer = Object.freeze({ address: '' })
const neverUpgrade: Upgrade = () => false

/**
 * Whether this is meant as a request of RFC 9292: its framing, and then a method in capital letters with its length. A
 * padded envelope that begins like this would be longer than one may be.
 */
export function isBinaryRequest(plaintext: Uint8Array): boolean {
  const [framing, length = 0] = plaintext
  if ((framing !== 0 && framing !== 2) || length < 3 || length > 16) return false
  const method = plaintext.subarray(2, 2 + length)
  return method.length === length && method.every((byte) => byte >= 0x41 && byte <= 0x5a)
}

/** The answer as bytes, padded; `isFirst` is whether the gateway sees this request for the first time. */
export async function answerBinaryRequest(
  plaintext: Uint8Array,
  isFirst: boolean,
  deps: BinaryRequestDeps,
  signal: AbortSignal,
): Promise<Uint8Array> {
  return padded(await answer(plaintext, isFirst, deps, signal))
}

/** What goes wrong in between is said like this. */
export function binaryFailure(status: number, error: string): Uint8Array {
  return padded(encoded(Response.json({ error }, { status }), jsonOf({ error })))
}

async function answer(
  plaintext: Uint8Array,
  isFirst: boolean,
  deps: BinaryRequestDeps,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { maxContentBytes, maxAnswerBytes } = deps
  function refused(refusal: Uint8Array): Uint8Array {
    deps.events.sealedRefused()
    return refusal
  }
  const decoded = decodeRequest(plaintext, { maxHeaderBytes, maxContentBytes })
  if (decoded.kind === 'content-too-large') return refused(failure(413, 'Content too large'))
  if (decoded.kind === 'headers-too-large') return refused(failure(431, 'Header fields too large'))
  if (decoded.kind === 'malformed') return refused(failure(400, 'Malformed binary HTTP'))
  const { message } = decoded
  const date = dateOf(message)
  if (date === 'wrong') return refused(failure(400, 'Date is not one'))
  if (date !== undefined && Math.abs(date - deps.nowMillis()) > dateToleranceMillis) {
    return refused(dateProblem(deps.nowMillis()))
  }
  // The client may send it again, sealed anew (RFC 8470 §5.2).
  if (!isFirst) return refused(failure(425, 'Request was already taken'))
  const request = requestOf(message, signal)
  if (request === undefined) return refused(failure(400, 'Method or path cannot be used'))
  const response = await deps.dispatch(request, nowhere, neverUpgrade)
  if (response === undefined) return failure(500, 'No answer')
  const content = await readAnswer(response, maxAnswerBytes)
  return content === undefined
    ? failure(502, 'Answer too large to be sealed')
    : encoded(response, content)
}

function requestOf(message: BinaryRequest, signal: AbortSignal): Request | undefined {
  const { method, path, content } = message
  if (!methods.has(method) || !path.startsWith('/')) return undefined
  if (method === 'GET' && content.length > 0) return undefined
  const headers = new Headers()
  for (const { name, value } of message.headers) {
    if (requestFields.has(name)) headers.append(name, value)
  }
  const body = method === 'GET' ? null : new Uint8Array(content)
  return new Request(`${origin}${path}`, { method, headers, body, signal })
}

function dateOf({ headers }: BinaryRequest): number | 'wrong' | undefined {
  const field = headers.find(({ name }) => name === 'date')
  if (field === undefined) return undefined
  const millis = Date.parse(field.value)
  return Number.isNaN(millis) ? 'wrong' : millis
}

function dateProblem(nowMillis: number): Uint8Array {
  const content = jsonOf({ type: dateProblemType, title: 'Date is not now' })
  const headers = [
    { name: 'content-type', value: 'application/problem+json' },
    { name: 'date', value: new Date(nowMillis).toUTCString() },
  ]
  return encodeResponse({ informational: [], status: 400, headers, content, trailers: [] })
}

function failure(status: number, error: string): Uint8Array {
  return encoded(Response.json(null, { status }), jsonOf({ error }))
}

function encoded({ status, headers }: Response, content: Uint8Array): Uint8Array {
  const fields: Field[] = []
  for (const [name, value] of headers) {
    if (responseFields.has(name)) fields.push({ name, value })
  }
  return encodeResponse({ informational: [], status, headers: fields, content, trailers: [] })
}

function jsonOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function padded(message: Uint8Array): Uint8Array {
  return padMessage(message, stepFor(answerLadder, message.length) ?? message.length)
}

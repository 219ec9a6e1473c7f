/**
 * @module A request that nobody sees who could say where it came from: binary HTTP (RFC 9292), padded, sealed for the
 * relay's gateway (RFC 9458), and handed to a forwarder if there is one.
 *
 * Three answers mean that it should be sealed anew, each once: the gateway has another key, it wants to know when the
 * request was made, or it had this very request before.
 */
import type { Primitives } from '@sotto/primitives'
import { decodeResponse } from '@sotto/veil/bhttp/decode'
import { encodeRequest, padMessage } from '@sotto/veil/bhttp/encode'
import { encapsulateRequest, openResponse } from '@sotto/veil/ohttp/client'
import {
  keyProblemType,
  requestMediaType,
  responseMediaType,
} from '@sotto/veil/ohttp/encapsulation'
import { SottoError } from '#errors.ts'
import type { Clock, Randomness } from '#ports/clock.ts'
import type { HttpResponse, Network } from '#ports/network.ts'
import { readJsonObject, textIn } from '#relay/json.ts'
import {
  type Exchange,
  type RelayAnswer,
  type RelayRequest,
  readHttpDate,
  refusalOf,
} from '#relay/oblivious/exchange.ts'
import type { GatewayKeys } from '#relay/oblivious/gateway-keys.ts'
import { paddedBytes } from '#relay/oblivious/request-sizes.ts'

export interface SealedExchangeDeps {
  readonly network: Pick<Network, 'fetch'>
  readonly clock: Clock
  readonly randomness: Randomness
  readonly primitives: Primitives
  readonly keys: GatewayKeys
  /** Host and port of the relay, for the gateway. */
  readonly authority: string
  /** Where sealed requests go: the forwarder, or the relay itself. */
  readonly carrier: string
}

/** What was put right so far. */
interface Corrections {
  readonly key: boolean
  readonly replay: boolean
  readonly date: string | undefined
}

/** Of our gateway: pages and pieces end below 128 KiB, and nothing that we ask for is longer. */
const maxAnswerBytes: number = 256 * 1024
const maxHeaderBytes: number = 16 * 1024

/** RFC 9458 §6.5.2. */
const dateProblemType = 'https://iana.org/assignments/http-problem-types#date'

export function createSealedExchange(deps: SealedExchangeDeps): Exchange {
  const { network, clock, randomness, primitives, keys, authority, carrier } = deps

  async function attempt(
    request: RelayRequest,
    corrected: Corrections,
    signal: AbortSignal,
  ): Promise<RelayAnswer | 'too-large'> {
    const message = paddedRequest(request, authority, corrected.date)
    if (message === undefined) return 'too-large'
    const key = await keys.get(signal)
    const sealed = await encapsulateRequest(primitives, randomness, key, message)
    if (sealed === undefined) {
      throw new SottoError('bad-answer', 'Cannot use the key of the gateway: it is none')
    }
    const carried = await network.fetch(
      {
        method: 'POST',
        url: `${carrier}/v2/ohttp`,
        headers: { 'content-type': requestMediaType, accept: responseMediaType },
        body: sealed.message,
      },
      maxAnswerBytes,
      signal,
    )
    if (isKeyProblem(carried)) {
      keys.doubt(key)
      if (corrected.key) {
        throw new SottoError('bad-answer', 'Cannot seal a request: the gateway refuses its own key')
      }
      return await attempt(request, { ...corrected, key: true }, signal)
    }
    if (carried.status === 413) return 'too-large'
    if (carried.status === 404) {
      throw new SottoError('relay-refused', 'This relay has no gateway for sealed requests')
    }
    if (carried.status !== 200) throw refusalOf(carried, clock)
    const opened = await openResponse(primitives, sealed.context, carried.body)
    const answer = opened && answerOf(opened)
    if (answer === undefined) {
      throw new SottoError('bad-answer', 'Cannot open the sealed answer')
    }
    if (answer.status === 425) {
      if (request.mayRepeat && !corrected.replay) {
        return await attempt(request, { ...corrected, replay: true }, signal)
      }
      // Whoever carried it handed it in twice, and the answer to the first went astray.
      throw new SottoError('offline', 'Cannot tell whether the relay did what was asked')
    }
    const date = corrected.date === undefined ? dateOf(answer) : undefined
    if (date !== undefined) return await attempt(request, { ...corrected, date }, signal)
    return answer
  }

  return (request, signal) =>
    attempt(request, { key: false, replay: false, date: undefined }, signal)
}

/** Undefined when it fits into no size. */
function paddedRequest(
  { method, path, contentType, content }: RelayRequest,
  authority: string,
  date: string | undefined,
): Uint8Array | undefined {
  const encoded = encodeRequest({
    method,
    scheme: 'https',
    authority,
    path,
    headers: [
      ...(contentType === undefined ? [] : [{ name: 'content-type', value: contentType }]),
      ...(date === undefined ? [] : [{ name: 'date', value: date }]),
    ],
    content: content ?? new Uint8Array(0),
    trailers: [],
  })
  const total = paddedBytes(encoded.length)
  return total === undefined ? undefined : padMessage(encoded, total)
}

function answerOf(opened: Uint8Array): RelayAnswer | undefined {
  const limits = { maxHeaderBytes, maxContentBytes: maxAnswerBytes }
  const decoded = decodeResponse(opened, limits)
  if (decoded.kind !== 'decoded') return undefined
  const { status, headers, content } = decoded.message
  return {
    status,
    headers: Object.fromEntries(headers.map(({ name, value }) => [name, value])),
    content,
  }
}

/** RFC 9458 §5.3. It is said in clear, by the gateway or by the forwarder. */
function isKeyProblem({ status, headers, body }: HttpResponse): boolean {
  return status >= 400 && status <= 499 && isProblem(headers, body, keyProblemType)
}

/** The relay's own time, when it wants to know ours. */
function dateOf({ status, headers, content }: RelayAnswer): string | undefined {
  if (status !== 400 || !isProblem(headers, content, dateProblemType)) return undefined
  const date = headers['date']
  return readHttpDate(date) === undefined ? undefined : date
}

function isProblem(
  headers: Readonly<Record<string, string>>,
  content: Uint8Array,
  type: string,
): boolean {
  if (headers['content-type']?.startsWith('application/problem+json') !== true) return false
  const problem = readJsonObject(content)
  return problem !== undefined && textIn(problem, 'type') === type
}

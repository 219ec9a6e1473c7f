/**
 * @module What a client asks of a relay without saying who it is: to deposit a message, for somebody's keys, for pieces of
 * attachments, and to meet by a code of six digits. Every call is one attempt; whether to try again is for the caller.
 *
 * Sealed, the relay does not see where a request comes from as long as a forwarder that somebody else runs carries it,
 * and whoever carries it sees a time and one of three sizes (`oblivious/request-sizes.ts`).
 */
import type { Primitives } from '@sotto/primitives'
import { parseUuid } from '@sotto/wire'
import { SottoError } from '#errors.ts'
import type { Clock, Randomness } from '#ports/clock.ts'
import type { Network } from '#ports/network.ts'
import {
  bytesIn,
  integerIn,
  type JsonObject,
  readJsonObject,
  textIn,
  writeJson,
} from '#relay/json.ts'
import {
  badAnswer,
  errorOf,
  foundKeys,
  isMailboxFull,
  isNobody,
  wrongCodeOr,
} from '#relay/oblivious/answers.ts'
import { createDirectExchange } from '#relay/oblivious/direct-exchange.ts'
import {
  defaultRetryMillis,
  type RelayAnswer,
  type RelayRequest,
  refusalOf,
} from '#relay/oblivious/exchange.ts'
import { createGatewayKeys } from '#relay/oblivious/gateway-keys.ts'
import type {
  ClaimOutcome,
  CompleteOutcome,
  GetOutcome,
  KeysOutcome,
  Offer,
  PutOutcome,
  SendManyOutcome,
  SendOutcome,
} from '#relay/oblivious/outcomes.ts'
import { maxPieceBytes } from '#relay/oblivious/request-sizes.ts'
import {
  countInOneRequest,
  manyRequest,
  outcomeOfMany,
  outcomeOfOne,
} from '#relay/oblivious/send-many.ts'
import { createSealedExchange } from '#relay/oblivious/sealed-exchange.ts'
import type { RelayOrigin } from '#relay/relay-origin.ts'

/** What `createObliviousRelay` takes. */
export interface ObliviousRelayOptions {
  readonly network: Pick<Network, 'fetch'>
  readonly clock: Clock
  readonly randomness: Randomness
  readonly primitives: Primitives
  readonly relay: RelayOrigin
  /** Whoever carries sealed requests, if not the relay itself. It should be run by others than the relay. */
  readonly forwarder?: RelayOrigin | undefined
  /** 'direct' shows the relay what is asked and from where. */
  readonly mode: 'sealed' | 'direct'
}

/**
 * Every call rejects with a `SottoError` of code 'relay-busy' (which says how long to wait), 'offline' (nobody knows
 * whether the relay did it), 'relay-refused' or 'bad-answer', and with the reason of its signal.
 */
export interface ObliviousRelay {
  readonly origin: RelayOrigin
  readonly mode: 'sealed' | 'direct'
  /**
   * Fetches the key to seal with, if there is none that is fresh. Otherwise the first request does, and who sees that
   * knows that a request follows: ask at times that tell nothing.
   */
  prepare(signal: AbortSignal): Promise<void>
  /** Resolves when the relay answers. */
  health(signal: AbortSignal): Promise<void>
  /** `address` has 32 bytes. */
  send(address: Uint8Array, payload: Uint8Array, signal: AbortSignal): Promise<SendOutcome>
  /**
   * As many from the front as one request holds that every forwarder carries, and one at least, in their order. None is
   * accepted behind one that is not.
   */
  sendMany(
    address: Uint8Array,
    payloads: readonly Uint8Array[],
    signal: AbortSignal,
  ): Promise<SendManyOutcome>
  /** The keys of one device, the first one unless told otherwise. One-time keys are handed out once. */
  fetchKeys(identity: Uint8Array, signal: AbortSignal, device?: number): Promise<KeysOutcome>
  /** Sealed only. Up to `maxPieceBytes`. */
  putPiece(bytes: Uint8Array, signal: AbortSignal): Promise<PutOutcome>
  /** Sealed only. */
  getPiece(id: string, signal: AbortSignal): Promise<GetOutcome>
  /** Up to `maxExchangeBytes`, for 30 to 3600 seconds. */
  offer(payload: Uint8Array, ttlSeconds: number, signal: AbortSignal): Promise<Offer>
  /** Takes the payload of an offer and leaves up to `maxExchangeBytes` in its place. */
  claim(code: string, response: Uint8Array, signal: AbortSignal): Promise<ClaimOutcome>
  complete(code: string, completionToken: string, signal: AbortSignal): Promise<CompleteOutcome>
}

/** What fits into a request that every forwarder carries. */
export const maxExchangeBytes = 32_768

const keyBytes = 32

/** Connects to nothing: each call makes a request of its own. */
export function createObliviousRelay(options: ObliviousRelayOptions): ObliviousRelay {
  const { clock, mode, network, relay, forwarder } = options
  const isSealed = mode === 'sealed'
  const keys = createGatewayKeys({ network, clock, relay, forwarder })
  /** Until it turns out to be a relay that does not. */
  let takesMany = true
  const exchange = isSealed
    ? createSealedExchange({
        ...options,
        keys,
        authority: relay.slice(relay.indexOf('//') + 2),
        carrier: forwarder ?? relay,
      })
    : createDirectExchange(network, relay)

  async function ask(request: RelayRequest, signal: AbortSignal): Promise<RelayAnswer> {
    const answer = await exchange(request, signal)
    if (answer !== 'too-large') return answer
    throw new SottoError('relay-refused', 'The relay does not take so much at once')
  }

  /** What a relay says when it did what was asked. */
  function successOf(answer: RelayAnswer): JsonObject {
    if (answer.status !== 200) throw refusalOf(answer, clock)
    const said = readJsonObject(answer.content)
    if (said === undefined || textIn(said, 'status') !== 'ok') throw badAnswer()
    return said
  }

  function demandSeal(): void {
    if (isSealed) return
    throw new SottoError(
      'relay-refused',
      'Attachments travel sealed: this relay is asked directly, required its gateway',
    )
  }

  async function send(
    address: Uint8Array,
    payload: Uint8Array,
    signal: AbortSignal,
  ): Promise<SendOutcome> {
    demandBytes('address', address)
    const sent = { address: address.toHex(), ciphertext: payload.toBase64() }
    const answer = await exchange(post('/v2/send', sent, false), signal)
    if (answer === 'too-large' || answer.status === 413) return { kind: 'too-large' }
    if (isMailboxFull(answer)) return { kind: 'mailbox-full' }
    successOf(answer)
    return { kind: 'accepted' }
  }

  return {
    origin: relay,
    mode,

    async prepare(signal) {
      if (isSealed) await keys.get(signal)
    },

    async health(signal) {
      successOf(await ask({ method: 'GET', path: '/v2/health', mayRepeat: true }, signal))
    },

    send,

    async sendMany(address, payloads, signal) {
      demandBytes('address', address)
      const [first] = payloads
      if (first === undefined) return { kind: 'all', accepted: 0 }
      const count = takesMany ? countInOneRequest(payloads) : 1
      if (count === 1) return outcomeOfOne(await send(address, first, signal))
      const sent = manyRequest(address, payloads.slice(0, count))
      const answer = await exchange(post('/v2/send_many', sent, false), signal)
      // Which of them it is, only one alone can tell.
      if (answer === 'too-large' || answer.status === 413) {
        return outcomeOfOne(await send(address, first, signal))
      }
      if (answer.status === 404 || answer.status === 405) {
        const outcome = await send(address, first, signal)
        // It knows the one and not the other.
        takesMany = false
        return outcomeOfOne(outcome)
      }
      if (isMailboxFull(answer)) return { kind: 'mailbox-full', accepted: 0 }
      return outcomeOfMany(successOf(answer), count)
    },

    async fetchKeys(identity, signal, device = 1) {
      demandBytes('identity', identity)
      const asked = { identity: identity.toHex(), device }
      const answer = await ask(post('/v2/keys', asked, true), signal)
      if (answer.status === 404 && isNobody(answer)) return { kind: 'no-keys' }
      return foundKeys(successOf(answer), device)
    },

    async putPiece(bytes, signal) {
      demandSeal()
      if (bytes.length > maxPieceBytes) return { kind: 'too-large' }
      const answer = await ask(
        {
          method: 'POST',
          path: '/v2/attachments',
          contentType: 'application/octet-stream',
          content: bytes,
          // The one that nobody knows of goes by itself.
          mayRepeat: true,
        },
        signal,
      )
      if (answer.status === 413) return { kind: 'too-large' }
      if (answer.status !== 201) throw refusalOf(answer, clock)
      const said = readJsonObject(answer.content) ?? {}
      const [id, expiresAt] = [textIn(said, 'id'), integerIn(said, 'expiresAt')]
      if (id === undefined || parseUuid(id) === undefined || expiresAt === undefined) {
        throw badAnswer()
      }
      return { kind: 'stored', id, expiresAtMillis: expiresAt * 1000 }
    },

    async getPiece(id, signal) {
      demandSeal()
      // An id may come from anybody: nothing else gets into the path.
      if (parseUuid(id) === undefined) return { kind: 'not-found' }
      const path = `/v2/attachments/${id}`
      const answer = await ask({ method: 'GET', path, mayRepeat: true }, signal)
      if (answer.status === 404) return { kind: 'not-found' }
      if (answer.status !== 200) throw refusalOf(answer, clock)
      return { kind: 'found', bytes: answer.content }
    },

    async offer(payload, ttlSeconds, signal) {
      demandExchange(payload)
      const asked = {
        payload: payload.toBase64(),
        expires_secs: ttlSeconds,
        with_completion_token: true,
      }
      const answer = await ask(post('/v2/exchange/offer', asked, false), signal)
      if (answer.status === 400 && errorOf(answer) === 'too many offers') {
        throw new SottoError('relay-busy', 'The relay has no room for another offer', {
          retryAfterMillis: defaultRetryMillis,
        })
      }
      const said = successOf(answer)
      const [code, completionToken] = [textIn(said, 'code'), textIn(said, 'completion_token')]
      if (code === undefined || !isCode(code) || completionToken === undefined) throw badAnswer()
      return { code, completionToken }
    },

    async claim(code, response, signal) {
      demandExchange(response)
      if (!isCode(code)) return { kind: 'wrong-code' }
      const asked = { code, response: response.toBase64() }
      const answer = await ask(post('/v2/exchange/claim', asked, false), signal)
      if (answer.status === 400) return wrongCodeOr(answer, refusalOf(answer, clock))
      const payload = bytesIn(successOf(answer), 'payload')
      if (payload === undefined) throw badAnswer()
      return { kind: 'claimed', payload }
    },

    async complete(code, completionToken, signal) {
      if (!isCode(code)) return { kind: 'wrong-code' }
      const asked = { code, completion_token: completionToken }
      const answer = await ask(post('/v2/exchange/complete', asked, false), signal)
      if (answer.status === 400 && errorOf(answer) === 'not yet claimed') {
        return { kind: 'not-claimed' }
      }
      if (answer.status === 400) return wrongCodeOr(answer, refusalOf(answer, clock))
      const response = bytesIn(successOf(answer), 'response')
      if (response === undefined) throw badAnswer()
      return { kind: 'completed', response }
    },
  }
}

function post(path: string, value: JsonObject, mayRepeat: boolean): RelayRequest {
  const content = writeJson(value)
  return { method: 'POST', path, contentType: 'application/json', content, mayRepeat }
}

function isCode(text: string): boolean {
  return /^[0-9]{6}$/.test(text)
}

function demandBytes(what: string, bytes: Uint8Array): void {
  if (bytes.length === keyBytes) return
  throw new RangeError(`Cannot ask the relay: ${what} has ${bytes.length} bytes of ${keyBytes}`)
}

function demandExchange(bytes: Uint8Array): void {
  if (bytes.length <= maxExchangeBytes) return
  throw new RangeError(`Cannot exchange: ${bytes.length} bytes of ${maxExchangeBytes} at most`)
}

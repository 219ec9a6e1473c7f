/**
 * @module A relay's gateway for tests: it opens what is sealed for it, answers as it is told, and seals the answer. Whoever
 * stands between can spoil what passes.
 */
import type { Primitives } from '@sotto/primitives'
import { decodeRequest } from '@sotto/veil/bhttp/decode'
import { encodeResponse } from '@sotto/veil/bhttp/encode'
import type { BinaryRequest } from '@sotto/veil/bhttp/message'
import { keyProblemType } from '@sotto/veil/ohttp/encapsulation'
import { configOf, type GatewayKey, openRequest, sealResponse } from '@sotto/veil/ohttp/gateway'
import { encodeKeyConfigs } from '@sotto/veil/ohttp/key-config'
import type { Randomness } from '#ports/clock.ts'
import type { HttpRequest, HttpResponse, Network } from '#ports/network.ts'

export interface FakeAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly content?: Uint8Array
}

/** What travels outside of the seal. */
type Meddler = (
  request: HttpRequest,
  next: () => Promise<HttpResponse>,
) => HttpResponse | Promise<HttpResponse>

const limits = { maxHeaderBytes: 16_384, maxContentBytes: 1_048_576 }

export class FakeGateway implements Pick<Network, 'fetch'> {
  /** Every request that came, sealed or for the key. */
  readonly seen: HttpRequest[] = []
  /** What was inside of the sealed ones. */
  readonly opened: BinaryRequest[] = []
  /** What it answers to what it has opened. */
  answer: (request: BinaryRequest) => FakeAnswer = () => ({ status: 404 })
  keyHeaders: Readonly<Record<string, string>> = { 'cache-control': 'public, max-age=300' }
  /** What happens to everything on its way. */
  meddle: Meddler = (_request, next) => next()
  #key: GatewayKey
  readonly #primitives: Primitives
  readonly #randomness: Randomness

  constructor(primitives: Primitives, randomness: Randomness) {
    this.#primitives = primitives
    this.#randomness = randomness
    this.#key = this.#draw(1)
  }

  get key(): GatewayKey {
    return this.#key
  }

  /** Takes another key, and no longer the one that it had. */
  rotate(): void {
    this.#key = this.#draw((this.#key.keyId + 1) % 256)
  }

  async fetch(request: HttpRequest, maxBytes: number, signal: AbortSignal): Promise<HttpResponse> {
    signal.throwIfAborted()
    this.seen.push(request)
    const response = await this.meddle(request, () => this.#respond(request))
    signal.throwIfAborted()
    if (response.body.length > maxBytes) throw new RangeError('More than a client may read')
    return response
  }

  async #respond({ url, body }: HttpRequest): Promise<HttpResponse> {
    const { pathname } = new URL(url)
    if (pathname === '/v2/ohttp-key') {
      const list = encodeKeyConfigs([configOf(this.#key)])
      return { status: 200, headers: this.keyHeaders, body: list }
    }
    if (pathname !== '/v2/ohttp' || body === undefined) return plain(404)
    const opened = await openRequest(this.#primitives, [this.#key], body)
    if (opened.kind !== 'opened') return keyProblem
    const decoded = decodeRequest(opened.request, limits)
    if (decoded.kind !== 'decoded') throw new TypeError(`Not binary HTTP: ${decoded.kind}`)
    this.opened.push(decoded.message)
    const { status, headers = {}, content = new Uint8Array(0) } = this.answer(decoded.message)
    const answer = encodeResponse({
      informational: [],
      status,
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      content,
      trailers: [],
    })
    const { context } = opened
    const sealed = await sealResponse(this.#primitives, this.#randomness, context, answer)
    return { status: 200, headers: { 'content-type': 'message/ohttp-res' }, body: sealed }
  }

  #draw(keyId: number): GatewayKey {
    const privateKey = this.#randomness(32)
    return { keyId, privateKey, publicKey: this.#primitives.x25519PublicKey(privateKey) }
  }
}

export function plain(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Uint8Array = new Uint8Array(0),
): HttpResponse {
  return { status, headers, body }
}

export const keyProblem: HttpResponse = plain(
  400,
  { 'content-type': 'application/problem+json' },
  new TextEncoder().encode(JSON.stringify({ type: keyProblemType, title: 'Key unknown' })),
)

export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): FakeAnswer {
  const content = new TextEncoder().encode(JSON.stringify(value))
  return { status, headers: { 'content-type': 'application/json', ...headers }, content }
}

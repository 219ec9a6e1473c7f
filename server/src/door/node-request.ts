/**
 * @module A fetch `Request` over Node's `IncomingMessage`, built on demand. A real `Request` halves what Node can answer
 * (17–28 against 44–49 thousand requests a second here), and `@hono/node-server`'s lazy one has no `bytes()`.
 * Bodies are read from the connection as they are asked for, never ahead.
 */
import type { IncomingMessage } from 'node:http'
import { clientLeft } from '#door/connection.ts'
import type { NodeBody } from '#door/node-body.ts'

const hostText = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i
const plainTarget = /^\/[!$&-;=?@A-Z_a-z~%]*$/
const dotSegment = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i

/**
 * The absolute URL of a request, as Bun would give it; undefined for a target or a host that has none. `hasHost` says
 * whether a URL has a host that parses.
 */
export function requestUrl(
  incoming: IncomingMessage,
  scheme: 'http' | 'https',
  hasHost: (url: string) => boolean,
): string | undefined {
  const host = incoming.headers.host ?? 'localhost'
  let target = incoming.url ?? ''
  if (!hostText.test(host)) return undefined
  if (/^https?:\/\//i.test(target)) {
    const absolute = URL.parse(target)
    if (absolute === null) return undefined
    target = absolute.pathname + absolute.search
  }
  if (!target.startsWith('/')) return undefined
  const url = `${scheme}://${host}${target}`
  if (!hasHost(url)) return undefined
  return plainTarget.test(target) && !dotSegment.test(target) ? url : new URL(url).href
}

export class NodeRequest implements Request {
  readonly url: string
  readonly method: string
  readonly cache = 'default'
  readonly credentials = 'same-origin'
  readonly destination = ''
  readonly duplex = 'half'
  readonly integrity = ''
  readonly keepalive = false
  readonly mode = 'cors'
  readonly redirect = 'follow'
  readonly referrer = 'about:client'
  readonly referrerPolicy = ''
  readonly #incoming: IncomingMessage
  readonly #source: NodeBody
  #headers: Headers | undefined
  #wrapped: Request | undefined
  #controller: AbortController | undefined
  #isClientGone = false

  constructor(incoming: IncomingMessage, url: string, source: NodeBody) {
    this.#incoming = incoming
    this.url = url
    this.method = incoming.method ?? 'GET'
    this.#source = source
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      const headers = new Headers()
      const raw = this.#incoming.rawHeaders
      for (let at = 0; at + 1 < raw.length; at += 2)
        headers.append(raw[at] ?? '', raw[at + 1] ?? '')
      this.#headers = headers
    }
    return this.#headers
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#isClientGone) this.#controller.abort(clientLeft())
    }
    return this.#controller.signal
  }

  /** Called by the listener when the connection closes before the answer is out. */
  clientIsGone(): void {
    this.#isClientGone = true
    this.#controller?.abort(clientLeft())
  }

  get body(): ReadableStream<Uint8Array> | null {
    return this.#whole.body
  }

  get bodyUsed(): boolean {
    return this.#wrapped === undefined ? this.#source.isTaken : this.#wrapped.bodyUsed
  }

  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    if (this.#hasNoBody) return new Uint8Array()
    if (this.#wrapped !== undefined) return new Uint8Array(await this.#wrapped.arrayBuffer())
    if (this.#source.isTaken) throw bodyWasRead()
    return this.#source.bytes()
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return (await this.bytes()).buffer
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  blob(): ReturnType<Request['blob']> {
    return this.#whole.blob()
  }

  formData(): ReturnType<Request['formData']> {
    return this.#whole.formData()
  }

  textStream(): ReadableStream<string> {
    return this.#whole.textStream()
  }

  clone(): Request {
    return this.#native(this.#whole.clone().body)
  }

  get #hasNoBody(): boolean {
    return this.method === 'GET' || this.method === 'HEAD'
  }

  /** A real request, for everything but the short ways. */
  get #whole(): Request {
    if (this.#wrapped !== undefined) return this.#wrapped
    if (this.#source.isTaken) throw bodyWasRead()
    this.#wrapped = this.#native(this.#hasNoBody ? null : this.#source.stream())
    return this.#wrapped
  }

  #native(body: ReadableStream<Uint8Array> | null): Request {
    const { method, headers, signal } = this
    return new Request(this.url, { method, headers, signal, body, duplex: 'half' })
  }
}

function bodyWasRead(): TypeError {
  return new TypeError('Cannot read body: it was read before')
}

/**
 * @module A relay in the middle that sees what a relay sees, and writes it down: it has a gateway's key of its own, opens
 * what is sealed for it, and hands it to a real relay, sealed again; frames of the live door it passes on and reads.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Primitives } from '@sotto/primitives'
import { decodeRequest } from '@sotto/veil/bhttp/decode'
import { encodeResponse } from '@sotto/veil/bhttp/encode'
import { configOf, type GatewayKey, openRequest, sealResponse } from '@sotto/veil/ohttp/gateway'
import { encodeKeyConfigs } from '@sotto/veil/ohttp/key-config'
import { readUp, type UpMessage } from '@sotto/wire/live'
import { ClientFrames } from '#clients/client-frames.ts'
import { readKeyList, sealRequest } from '#clients/oblivious.ts'

/** What stands outside of the seal, and can be linked to others by its connection. */
export interface SeenRequest {
  readonly connection: number
  readonly address: string
  readonly method: string
  readonly path: string
  /** Names in lower case, in their order. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
  /** What was sealed, or the request itself when nothing was. */
  readonly inner: InnerRequest | undefined
}

export interface InnerRequest {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
  readonly content: Buffer
}

export interface SeenFrame {
  readonly connection: number
  readonly bytes: Buffer
  readonly message: UpMessage
}

const limits = { maxHeaderBytes: 16_384, maxContentBytes: 1_048_576 }

export class RecordingRelay implements AsyncDisposable {
  /** Everything but frames, in the order in which it came. */
  readonly requests: SeenRequest[] = []
  readonly upgrades: SeenRequest[] = []
  readonly frames: SeenFrame[] = []
  readonly failures: unknown[] = []
  readonly #primitives: Primitives
  readonly #relay: URL
  readonly #random: (length: number) => Uint8Array
  readonly #key: GatewayKey
  readonly #server: Server
  readonly #connections = new WeakMap<Socket | Duplex, number>()
  readonly #sockets = new Set<Socket>()
  #count = 0
  #port = 0

  private constructor(
    primitives: Primitives,
    random: (length: number) => Uint8Array,
    relay: string,
  ) {
    this.#primitives = primitives
    this.#random = random
    this.#relay = new URL(relay)
    const privateKey = random(32)
    const publicKey = primitives.x25519PublicKey(privateKey)
    this.#key = { keyId: 77, privateKey, publicKey }
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        // Who hangs up need not be answered.
        if (!request.destroyed) this.failures.push(error)
        response.destroy()
      })
    })
    this.#server.on('connection', (socket) => {
      this.#connections.set(socket, ++this.#count)
      this.#keep(socket)
    })
    this.#server.on('upgrade', (request, socket: Duplex, head) => {
      this.#upgrade(request, socket, head)
    })
  }

  static async start(
    primitives: Primitives,
    random: (length: number) => Uint8Array,
    relay: string,
  ): Promise<RecordingRelay> {
    const middle = new RecordingRelay(primitives, random, relay)
    await new Promise<void>((resolve) => middle.#server.listen(0, '127.0.0.1', resolve))
    const address = middle.#server.address()
    if (address === null || typeof address === 'string') throw new TypeError('No port')
    middle.#port = address.port
    return middle
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request)
    const seen = this.#seen(request, body)
    const path = seen.path.split('?')[0]
    if (path === '/v2/ohttp-key') {
      this.requests.push({ ...seen, inner: undefined })
      response.setHeader('cache-control', 'public, max-age=300')
      response.end(encodeKeyConfigs([configOf(this.#key)]))
    } else if (path === '/v2/ohttp') {
      await this.#open(seen, response)
    } else {
      const { method, headers } = seen
      this.requests.push({ ...seen, inner: { method, path: seen.path, headers, content: body } })
      await this.#passOn(seen, response)
    }
  }

  async #open(seen: Omit<SeenRequest, 'inner'>, response: ServerResponse): Promise<void> {
    const opened = await openRequest(this.#primitives, [this.#key], Uint8Array.from(seen.body))
    if (opened.kind !== 'opened') {
      this.requests.push({ ...seen, inner: undefined })
      response.writeHead(400).end()
      return
    }
    const decoded = decodeRequest(opened.request, limits)
    if (decoded.kind !== 'decoded') throw new TypeError(`Not binary HTTP: ${decoded.kind}`)
    const { method, path, headers } = decoded.message
    const content = Buffer.from(decoded.message.content)
    const named = headers.map(({ name, value }) => [name, value] as const)
    this.requests.push({ ...seen, inner: { method, path, headers: named, content } })
    const answer = await this.#ask(method, path, named, content)
    const encoded = encodeResponse({
      informational: [],
      status: answer.status,
      headers: Object.entries(answer.headers).map(([name, value]) => ({ name, value })),
      content: Uint8Array.from(answer.content),
      trailers: [],
    })
    response.setHeader('content-type', 'message/ohttp-res')
    response.end(await sealResponse(this.#primitives, this.#random, opened.context, encoded))
  }

  /** Pieces of files are there for sealed requests alone. */
  async #ask(
    method: string,
    path: string,
    headers: readonly (readonly [string, string])[],
    content: Buffer,
  ) {
    const keys = await fetch(new URL('/v2/ohttp-key?format=rfc9458', this.#relay))
    const key = readKeyList(Buffer.from(await keys.arrayBuffer()))
    const request = { method, path, headers: Object.fromEntries(headers), content }
    const sealed = sealRequest(key, 'aes-128-gcm', request)
    const response = await fetch(new URL('/v2/ohttp', this.#relay), {
      method: 'POST',
      body: Uint8Array.from(sealed.message),
    })
    return sealed.open(Buffer.from(await response.arrayBuffer()))
  }

  async #passOn(seen: Omit<SeenRequest, 'inner'>, response: ServerResponse): Promise<void> {
    const type = seen.headers.find(([name]) => name === 'content-type')?.[1]
    const answer = await fetch(new URL(seen.path, this.#relay), {
      method: seen.method,
      headers: type === undefined ? {} : { 'content-type': type },
      body: seen.method === 'GET' ? null : Uint8Array.from(seen.body),
    })
    const headers = Object.fromEntries(answer.headers)
    response.writeHead(answer.status, { 'content-type': headers['content-type'] ?? '' })
    response.end(Buffer.from(await answer.arrayBuffer()))
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const seen = this.#seen(request, Buffer.alloc(0))
    this.upgrades.push({ ...seen, inner: undefined })
    const { connection } = seen
    const frames = new ClientFrames((bytes) => {
      const reading = readUp(bytes)
      if (reading.kind !== 'message') this.failures.push(reading.why)
      else this.frames.push({ connection, bytes: Buffer.from(bytes), message: reading.message })
    })
    const relay = connect(Number(this.#relay.port), this.#relay.hostname)
    this.#keep(relay)
    const lines = seen.headers
      // Nothing here reads what is compressed.
      .filter(([name]) => name !== 'host' && name !== 'sec-websocket-extensions')
      .map(([name, value]) => `${name}: ${value}`)
    const first = `GET ${seen.path} HTTP/1.1`
    relay.write([first, `host: ${this.#relay.host}`, ...lines, '', ''].join('\r\n'))
    relay.write(head)
    frames.push(head)
    socket.on('data', (chunk: Buffer) => frames.push(chunk))
    socket.on('error', () => relay.destroy())
    relay.on('close', () => socket.destroy())
    socket.pipe(relay)
    relay.pipe(socket)
  }

  #seen(request: IncomingMessage, body: Buffer): Omit<SeenRequest, 'inner'> {
    const { rawHeaders, socket, method = '', url = '' } = request
    const headers = rawHeaders.flatMap((name, at) =>
      at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? ''] as const] : [],
    )
    const connection = this.#connections.get(socket) ?? 0
    const address = socket.remoteAddress ?? ''
    return { connection, address, method, path: url, headers, body }
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => void chunks.push(chunk))
  await once(request, 'end')
  return Buffer.concat(chunks)
}

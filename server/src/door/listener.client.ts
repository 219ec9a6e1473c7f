/**
 * @module The other end of the wire for tests: a TCP or TLS connection that says exactly what it is told, and reads HTTP
 * answers and WebSocket frames (RFC 6455 §5.2) without forgiving anything.
 */
import { connect as connectTcp, type Socket as TcpSocket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { setTimeout as delay } from 'node:timers/promises'

export interface Frame {
  readonly opcode: number
  readonly isFinal: boolean
  readonly payload: Buffer
}

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

const handshakeKey = 'dGhlIHNhbXBsZSBub25jZQ=='
/** What RFC 6455 §1.3 computes for that key. */
const handshakeAnswer = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='

export const handshakeHeaders: Readonly<Record<string, string>> = {
  Host: 'localhost',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': handshakeKey,
}

/** A request head as it stands on the wire. */
export function head(start: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${start} HTTP/1.1\r\n${lines.join('')}\r\n`
}

export class Wire {
  readonly tcp: TcpSocket
  /** Bytes that arrived and were not taken. */
  received: Buffer = Buffer.alloc(0)
  isEnded = false
  isClosed = false
  #onData: ((chunk: Buffer) => void) | undefined

  private constructor(tcp: TcpSocket) {
    this.tcp = tcp
    tcp.on('data', (chunk: Buffer) => {
      if (this.#onData === undefined) this.received = Buffer.concat([this.received, chunk])
      else this.#onData(chunk)
    })
    tcp.on('end', () => (this.isEnded = true))
    tcp.on('close', () => (this.isClosed = true))
    tcp.on('error', () => {})
  }

  static async open(port: number, ca?: string): Promise<Wire> {
    const tcp =
      ca === undefined
        ? connectTcp({ port, host: '127.0.0.1' })
        : connectTls({ port, host: '127.0.0.1', ca, servername: 'localhost' })
    tcp.setNoDelay(true)
    const wire = new Wire(tcp)
    await new Promise<void>((resolve, reject) => {
      tcp.once(ca === undefined ? 'connect' : 'secureConnect', () => resolve())
      tcp.once('error', reject)
    })
    return wire
  }

  write(data: string | Uint8Array): void {
    if (!this.tcp.destroyed) this.tcp.write(data)
  }

  /** Writes as fast as the other end reads; stops when the connection ends. Returns the bytes that were handed over. */
  async pour(data: Uint8Array, times: number, signal?: AbortSignal): Promise<number> {
    let poured = 0
    for (let time = 0; time < times && !this.isClosed && signal?.aborted !== true; time++) {
      poured += data.length
      if (this.tcp.write(data)) continue
      await new Promise<void>((resolve) => {
        const go = () => {
          this.tcp.off('drain', go)
          this.tcp.off('close', go)
          signal?.removeEventListener('abort', go)
          resolve()
        }
        this.tcp.on('drain', go)
        this.tcp.on('close', go)
        signal?.addEventListener('abort', go)
      })
    }
    return poured
  }

  get text(): string {
    return this.received.toString('latin1')
  }

  /** From here on data is counted or checked, not kept. */
  take(onData: (chunk: Buffer) => void): void {
    this.#onData = onData
    if (this.received.length > 0) onData(this.received)
    this.received = Buffer.alloc(0)
  }

  closed(): Promise<void> {
    return eventually(() => this.isClosed || this.isEnded, 'the connection to close')
  }

  /** Sends a request and waits for one whole answer with a Content-Length. */
  async ask(request: string | Uint8Array): Promise<HttpAnswer> {
    this.write(request)
    return this.answer()
  }

  async answer(): Promise<HttpAnswer> {
    await eventually(
      () => this.isEnded || this.isClosed || parseAnswer(this.received) !== undefined,
      'an answer',
    )
    const answer = parseAnswer(this.received)
    if (answer === undefined) throw new Error(`No answer: ${JSON.stringify(this.text)}`)
    this.received = this.received.subarray(answer.length)
    return answer
  }

  destroy(): void {
    this.tcp.destroy()
  }
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly length: number
}

function parseAnswer(bytes: Buffer): HttpAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [start = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const length = end + 4 + Number(headers['content-length'] ?? 0)
  if (bytes.length < length) return undefined
  return {
    status: Number(start.split(' ')[1]),
    headers,
    body: bytes.subarray(end + 4, length).toString(),
    length,
  }
}

/** A WebSocket client that keeps every frame. */
export class WireSocket {
  readonly wire: Wire
  readonly frames: Frame[] = []
  /** What the server chose, from its handshake. */
  readonly protocol: string | undefined
  #rest: Buffer = Buffer.alloc(0)

  private constructor(wire: Wire, protocol: string | undefined) {
    this.wire = wire
    this.protocol = protocol
    wire.take((chunk) => this.#parse(chunk))
  }

  static async open(
    port: number,
    { path = '/socket', ca, headers = {} }: SocketOptions = {},
  ): Promise<WireSocket> {
    const wire = await Wire.open(port, ca)
    const answer = await wire.ask(head(`GET ${path}`, { ...handshakeHeaders, ...headers }))
    if (answer.status !== 101 || answer.headers['sec-websocket-accept'] !== handshakeAnswer) {
      throw new Error(`No handshake: ${answer.status} ${answer.body}`)
    }
    if (answer.headers['sec-websocket-extensions'] !== undefined)
      throw new Error('Extension accepted')
    return new WireSocket(wire, answer.headers['sec-websocket-protocol'])
  }

  send(code: number, payload: string | Uint8Array = '', shape: FrameShape = {}): void {
    this.wire.write(encodeFrame(code, payload, shape))
  }

  /** The frames with that number, once there are at least so many. */
  async of(code: number, count = 1): Promise<readonly Frame[]> {
    const found = () => this.frames.filter((frame) => frame.opcode === code)
    await eventually(
      () => found().length >= count || this.wire.isClosed,
      `${count} frames with opcode ${code}`,
    )
    return found()
  }

  /** The close frame's code, 1005 for an empty one, 1006 if the connection ended without. */
  async closeCode(): Promise<number> {
    await this.wire.closed()
    const frame = this.frames.find((each) => each.opcode === opcode.close)
    if (frame === undefined) return 1006
    return frame.payload.length === 0 ? 1005 : frame.payload.readUInt16BE(0)
  }

  #parse(chunk: Buffer): void {
    let data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      if (data.length < 2) break
      let length = data.readUInt8(1)
      let start = 2
      if (length >= 128) throw new Error('A server must not mask')
      if (length === 126) {
        if (data.length < 4) break
        length = data.readUInt16BE(2)
        start = 4
      } else if (length === 127) {
        if (data.length < 10) break
        length = Number(data.readBigUInt64BE(2))
        start = 10
      }
      if (data.length < start + length) break
      const first = data.readUInt8(0)
      if ((first & 0x70) !== 0) throw new Error('Reserved bits are set')
      this.frames.push({
        opcode: first & 15,
        isFinal: first >= 128,
        payload: Buffer.from(data.subarray(start, start + length)),
      })
      data = data.subarray(start + length)
    }
    this.#rest = Buffer.from(data)
  }
}

export interface SocketOptions {
  readonly path?: string
  readonly ca?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface FrameShape {
  readonly isFinal?: boolean
  readonly isMasked?: boolean
  readonly reserved?: number
}

export function encodeFrame(
  code: number,
  payload: string | Uint8Array,
  { isFinal = true, isMasked = true, reserved = 0 }: FrameShape = {},
): Buffer {
  const body = Buffer.from(payload)
  const first = (isFinal ? 0x80 : 0) | reserved | code
  const bit = isMasked ? 0x80 : 0
  let start: Buffer
  if (body.length < 126) start = Buffer.from([first, bit | body.length])
  else if (body.length < 65536) {
    start = Buffer.from([first, bit | 126, body.length >> 8, body.length & 255])
  } else {
    start = Buffer.alloc(10)
    start.writeUInt8(first, 0)
    start.writeUInt8(bit | 127, 1)
    start.writeBigUInt64BE(BigInt(body.length), 2)
  }
  if (!isMasked) return Buffer.concat([start, body])
  const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d])
  for (let at = 0; at < body.length; at++) body[at] = (body[at] ?? 0) ^ (mask[at & 3] ?? 0)
  return Buffer.concat([start, mask, body])
}

/** Waits until something is true, and says what it waited for if it never is. */
export async function eventually(
  isTrue: () => boolean,
  what: string,
  millis = 8000,
): Promise<void> {
  for (let waited = 0; !isTrue(); waited += 5) {
    if (waited > millis) throw new Error(`Waited ${millis} ms for ${what}`)
    await delay(5)
  }
}

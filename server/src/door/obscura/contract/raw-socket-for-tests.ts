/**
 * @module A WebSocket client over plain TCP (RFC 6455), so that a test holds every frame in its hands: pings and pongs,
 * close codes, frames that break the protocol, a reader that stops reading, an end without a goodbye.
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { Inbox } from '#door/obscura/contract/inbox-for-tests.ts'
import { exchange, type RawReply } from '#door/obscura/contract/raw-http-for-tests.ts'

export const Opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export interface Closed {
  /** 1005 for a close frame without a code, 1006 for an end without a close frame. */
  readonly code: number
  readonly reason: string
}

export interface HandshakeOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Answers the relay's pings; true unless told. */
  readonly answersPings?: boolean
}

/** A socket, or the answer that came instead of one. */
export async function openRawSocket(
  port: number,
  path: string,
  { headers = {}, answersPings = true }: HandshakeOptions = {},
): Promise<RawSocket | RawReply> {
  const key = randomBytes(16).toString('base64')
  const { reply, socket, rest } = await exchange(
    port,
    handshake(path, { ...basics(key), ...headers }),
  )
  if (reply.status !== 101) {
    socket.destroy()
    return reply
  }
  const accept = createHash('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64')
  if (reply.headers.get('sec-websocket-accept') !== accept) throw new Error('Wrong accept key')
  return new RawSocket(socket, rest, answersPings)
}

/** An empty value leaves the header out. */
export function handshake(path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).filter(([, value]) => value !== '')
  return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
}

export function basics(key = 'AAAAAAAAAAAAAAAAAAAAAA=='): Record<string, string> {
  return {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
  }
}

export class RawSocket {
  /** What came in binary messages. */
  readonly messages = new Inbox<Uint8Array>('message')
  readonly pings = new Inbox<Uint8Array>('ping')
  readonly pongs = new Inbox<Uint8Array>('pong')
  readonly #socket: Socket
  readonly #answersPings: boolean
  readonly #closed = new Inbox<Closed>('close')
  /** What came and is no whole frame yet. */
  #chunks: Uint8Array[] = []
  #bytes = 0
  /** It is of no use to look before so many are there. */
  #needed = 2
  #isClosed = false

  constructor(socket: Socket, rest: Uint8Array, answersPings: boolean) {
    this.#socket = socket
    this.#answersPings = answersPings
    socket.on('data', (chunk: Buffer) => this.#add(chunk))
    socket.on('close', () => this.#close({ code: 1006, reason: '' }))
    this.#add(rest)
    socket.resume()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** How it ended; asked once. */
  async closed(withinMillis?: number): Promise<Closed> {
    return await this.#closed.next(withinMillis)
  }

  send(opcode: number, payload: Uint8Array, changes: FrameChanges = {}): void {
    this.write(frame(opcode, payload, changes))
  }

  /** Any bytes. */
  write(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  /** Says goodbye; `closed` follows. */
  close(code = 1000): void {
    this.send(Opcode.close, Uint8Array.of(code >> 8, code & 0xff))
  }

  /** Ends as a crash would. */
  terminate(): void {
    this.#socket.destroy()
  }

  /** Reads no more. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  #close(closed: Closed): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#closed.put(closed)
    for (const inbox of [this.messages, this.pings, this.pongs]) {
      inbox.end(`the socket was closed with ${closed.code} "${closed.reason}"`)
    }
  }

  #add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    while (this.#bytes >= this.#needed && !this.#isClosed) {
      const received = Buffer.concat(this.#chunks)
      const used = this.#read(received)
      this.#chunks = [received.subarray(used)]
      this.#bytes -= used
      if (used > 0) this.#needed = 2
    }
  }

  /** Takes the frame at the beginning. Returns its length, or 0 when it is not whole. */
  #read(received: Buffer): number {
    const first = received.readUInt8(0)
    const second = received.readUInt8(1)
    if ((second & 0x80) !== 0 || (first & 0x70) !== 0) throw new Error('Not a frame of a server')
    if ((first & 0x80) === 0) throw new Error('The relay does not fragment')
    const short = second & 0x7f
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (received.length < head) return this.#wait(head)
    const length =
      head === 2
        ? short
        : head === 4
          ? received.readUInt16BE(2)
          : Number(received.readBigUInt64BE(2))
    if (received.length < head + length) return this.#wait(head + length)
    this.#take(first & 0x0f, Uint8Array.from(received.subarray(head, head + length)))
    return head + length
  }

  #wait(bytes: number): 0 {
    this.#needed = bytes
    return 0
  }

  #take(opcode: number, payload: Uint8Array): void {
    switch (opcode) {
      case Opcode.binary:
        this.messages.put(payload)
        return
      case Opcode.ping:
        this.pings.put(payload)
        if (this.#answersPings) this.send(Opcode.pong, payload)
        return
      case Opcode.pong:
        this.pongs.put(payload)
        return
      case Opcode.close: {
        const code = payload.length < 2 ? 1005 : ((payload[0] ?? 0) << 8) | (payload[1] ?? 0)
        this.send(Opcode.close, payload.subarray(0, 2))
        this.#socket.end()
        this.#close({ code, reason: Buffer.from(payload.subarray(2)).toString() })
        return
      }
      default:
        throw new Error(`The relay sends no frames of opcode ${opcode}`)
    }
  }
}

export interface FrameChanges {
  readonly isMasked?: boolean
  readonly isFinal?: boolean
  /** Says this length whatever comes. */
  readonly claimedLength?: number
}

export function frame(
  opcode: number,
  payload: Uint8Array,
  { isMasked = true, isFinal = true, claimedLength = payload.length }: FrameChanges = {},
): Uint8Array {
  const mask = isMasked ? randomBytes(4) : Buffer.alloc(0)
  const masked = Buffer.from(payload)
  if (isMasked)
    for (let i = 0; i < masked.length; i++) masked[i] = (masked[i] ?? 0) ^ (mask[i & 3] ?? 0)
  const head = Buffer.alloc(claimedLength < 126 ? 2 : claimedLength < 65_536 ? 4 : 10)
  head[0] = (isFinal ? 0x80 : 0) | opcode
  head[1] =
    (isMasked ? 0x80 : 0) |
    (claimedLength < 126 ? claimedLength : claimedLength < 65_536 ? 126 : 127)
  if (head.length === 4) head.writeUInt16BE(claimedLength, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(claimedLength), 2)
  return Buffer.concat([head, mask, masked])
}

/**
 * @module WebSocket frames as a client writes and reads them (RFC 6455 §5.2), without a library between the trial
 * and the wire.
 *
 * | byte | bits |
 * |---|---|
 * | 0 | FIN, three reserved bits, opcode |
 * | 1 | MASK, length: 0–125, or 126 for 16 bits, or 127 for 64 bits that follow |
 * | … | four bytes of mask (client to server only), then the payload |
 */

export const Opcode = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const
export type Opcode = (typeof Opcode)[keyof typeof Opcode]

export class FrameError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'FrameError'
  }
}

/**
 * One whole message, masked. The mask is there against proxies that mistake payloads for requests (RFC 6455 §10.3); on
 * loopback a fixed one does as well, and zero costs nothing.
 */
export function encodeClientFrame(opcode: Opcode, payload: Uint8Array, mask = noMask): Uint8Array {
  const { length } = payload
  const extended = length < 126 ? 0 : length < 0x10000 ? 2 : 8
  const frame = new Uint8Array(2 + extended + 4 + length)
  const view = new DataView(frame.buffer)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (extended === 0 ? length : extended === 2 ? 126 : 127)
  if (extended === 2) view.setUint16(2, length)
  if (extended === 8) view.setBigUint64(2, BigInt(length))
  frame.set(mask, 2 + extended)
  frame.set(payload, 6 + extended)
  if (mask !== noMask) {
    for (let i = 0; i < length; i++) {
      frame[6 + extended + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0)
    }
  }
  return frame
}

const noMask: Uint8Array = new Uint8Array(4)

export interface FrameHandler {
  /** A whole text or binary message. The bytes are valid during the call only. */
  onMessage(payload: Uint8Array, isText: boolean): void
  onPing(payload: Uint8Array): void
  onPong(payload: Uint8Array): void
  onClose(code: number, reason: string): void
}

/** No frame of the relay is larger: 2 MiB of message and some ids around it. */
const maxMessageBytes = 4 * 1024 * 1024

/** Puts a server's frames together from chunks of any size. */
export class FrameReader {
  readonly #handler: FrameHandler
  #rest: Uint8Array | undefined
  #parts: Uint8Array[] = []
  #partBytes = 0
  #isText = false
  #closed = false

  constructor(handler: FrameHandler) {
    this.#handler = handler
  }

  push(chunk: Uint8Array): void {
    let bytes = chunk
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, chunk])
      this.#rest = undefined
    }
    let at = 0
    while (!this.#closed) {
      const used = this.#frame(bytes, at)
      if (used === 0) break
      at += used
    }
    // A copy, also of a Buffer, whose own slice() would not be one: the runtime uses the memory again.
    if (at < bytes.length && !this.#closed) this.#rest = new Uint8Array(bytes.subarray(at))
  }

  /** Reads the frame at `start`. Returns its length, or 0 while it is incomplete. */
  #frame(bytes: Uint8Array, start: number): number {
    const first = bytes[start]
    const second = bytes[start + 1]
    if (first === undefined || second === undefined) return 0
    if ((first & 0x70) !== 0) throw new FrameError('Cannot read frame: a reserved bit is set')
    if ((second & 0x80) !== 0) throw new FrameError('Cannot read frame: a server must not mask')
    let length = second & 0x7f
    let head = 2
    if (length >= 126) {
      head = length === 126 ? 4 : 10
      if (bytes.length - start < head) return 0
      const view = new DataView(bytes.buffer, bytes.byteOffset + start, head)
      length = head === 4 ? view.getUint16(2) : Number(view.getBigUint64(2))
    }
    if (length + this.#partBytes > maxMessageBytes) {
      throw new FrameError(`Cannot read frame: ${length} bytes, ${maxMessageBytes} allowed`)
    }
    if (bytes.length - start < head + length) return 0
    const payload = bytes.subarray(start + head, start + head + length)
    const isFinal = (first & 0x80) !== 0
    const opcode = first & 0x0f
    if (opcode >= 0x8) this.#control(opcode, payload, isFinal)
    else this.#data(opcode, payload, isFinal)
    return head + length
  }

  #control(opcode: number, payload: Uint8Array, isFinal: boolean): void {
    if (!isFinal || payload.length > 125) {
      throw new FrameError('Cannot read frame: a control frame is short and whole')
    }
    if (opcode === Opcode.ping) return this.#handler.onPing(payload)
    if (opcode === Opcode.pong) return this.#handler.onPong(payload)
    if (opcode !== Opcode.close) throw new FrameError(`Cannot read frame: opcode is ${opcode}`)
    if (payload.length === 1) throw new FrameError('Cannot read close frame: half a status code')
    this.#closed = true
    // 1005 stands for "no status code was there" (RFC 6455 §7.4.1).
    const code = payload.length === 0 ? 1005 : ((payload[0] ?? 0) << 8) | (payload[1] ?? 0)
    this.#handler.onClose(code, new TextDecoder().decode(payload.subarray(2)))
  }

  #data(opcode: number, payload: Uint8Array, isFinal: boolean): void {
    const continues = this.#parts.length > 0
    if (continues !== (opcode === Opcode.continuation) || opcode > Opcode.binary) {
      throw new FrameError(`Cannot read frame: opcode is ${opcode}`)
    }
    if (!continues) this.#isText = opcode === Opcode.text
    if (isFinal && !continues) return this.#handler.onMessage(payload, this.#isText)
    this.#parts.push(new Uint8Array(payload))
    this.#partBytes += payload.length
    if (!isFinal) return
    const whole = Buffer.concat(this.#parts)
    this.#parts = []
    this.#partBytes = 0
    this.#handler.onMessage(whole, this.#isText)
  }
}

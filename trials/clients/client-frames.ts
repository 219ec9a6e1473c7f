/**
 * @module What a client says over a WebSocket, read by whoever stands between (RFC 6455 §5.3): masks are taken off, and
 * the rest is as a server's frames are (`websocket-frames.ts`).
 */
import { FrameReader } from '#clients/websocket-frames.ts'

export class ClientFrames {
  readonly #reader: FrameReader
  #rest: Buffer = Buffer.alloc(0)

  constructor(onMessage: (payload: Uint8Array) => void) {
    this.#reader = new FrameReader({
      onMessage,
      onPing: () => {},
      onPong: () => {},
      onClose: () => {},
    })
  }

  push(chunk: Uint8Array): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (let frame = unmasked(this.#rest); frame !== undefined; frame = unmasked(this.#rest)) {
      this.#rest = this.#rest.subarray(frame.length + maskBytes)
      this.#reader.push(frame)
    }
  }
}

const maskBytes = 4

/** The first frame without its mask. Undefined while it is incomplete. */
function unmasked(bytes: Buffer): Buffer | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes.readUInt8(1) & 0x7f
  const head = short < 126 ? 2 : short === 126 ? 4 : 10
  if (bytes.length < head) return undefined
  const length =
    head === 2 ? short : head === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
  const from = head + maskBytes
  if (bytes.length < from + length) return undefined
  const frame = Buffer.concat([bytes.subarray(0, head), bytes.subarray(from, from + length)])
  frame.writeUInt8(short, 1)
  for (let i = 0; i < length; i++) {
    const mask = bytes.readUInt8(head + (i % maskBytes))
    frame.writeUInt8(frame.readUInt8(head + i) ^ mask, head + i)
  }
  return frame
}

/**
 * @module HTTP/1.1 responses on a kept-alive connection (RFC 9112), as few instructions a response as is still correct:
 * split and coalesced reads, bodies by length, interim responses. What the relay never sends on the paths under load
 * (chunked bodies, bodies that end with the connection) is refused, not guessed.
 */
import { type Reply, ReplyError, type ReplyReader } from '#bench/load/replies.ts'

const maxHeadBytes = 16 * 1024
const maxBodyBytes = 64 * 1024 * 1024
const headEnd = Buffer.from('\r\n\r\n')
const nothing = new Uint8Array()

export class HttpReplyReader implements ReplyReader {
  #rest: Buffer | undefined

  push(chunk: Uint8Array, onReply: (reply: Reply) => void): void {
    const fresh = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const bytes = this.#rest === undefined ? fresh : Buffer.concat([this.#rest, fresh])
    this.#rest = undefined
    let at = 0
    while (at < bytes.length) {
      const used = readOne(bytes, at, onReply)
      if (used === 0) break
      at += used
    }
    // A copy: the runtime may use the chunk's memory again after this call.
    if (at < bytes.length) this.#rest = Buffer.from(bytes.subarray(at))
  }
}

/** Returns the length of the response at `start`, or 0 while it is incomplete. */
function readOne(bytes: Buffer, start: number, onReply: (reply: Reply) => void): number {
  const end = bytes.indexOf(headEnd, start)
  if (end < 0) {
    if (bytes.length - start > maxHeadBytes) {
      throw new ReplyError(`Cannot read response: head is above ${maxHeadBytes} bytes`)
    }
    return 0
  }
  const head = bytes.toString('latin1', start, end + 2)
  const status = Number(head.slice(9, 12))
  if (!head.startsWith('HTTP/1.1 ') || !(status >= 100)) {
    throw new ReplyError(`Cannot read response: it begins with "${head.slice(0, 20)}"`)
  }
  const headLength = end + headEnd.length - start
  // Interim responses announce the real one; none of them has a body.
  if (status < 200) return headLength
  const length = bodyLength(head, status)
  if (bytes.length - start < headLength + length) return 0
  const from = start + headLength
  const body = length === 0 ? nothing : bytes.subarray(from, from + length)
  onReply({ ok: status < 300, status, body })
  return headLength + length
}

/** RFC 9112 §6.3. */
function bodyLength(head: string, status: number): number {
  if (status === 204 || status === 304) return 0
  const match = /\r\ncontent-length: *(\d+) *\r\n/i.exec(head)
  if (match === null || /\r\ntransfer-encoding:/i.test(head)) {
    throw new ReplyError('Cannot read response: body has no content-length')
  }
  const length = Number(match[1])
  if (length > maxBodyBytes) throw new ReplyError(`Cannot read response: body of ${length} bytes`)
  return length
}

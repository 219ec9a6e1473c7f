/**
 * @module Redis answers (RESP 2): simple strings, errors, integers and bulk strings. Nothing under load answers with an
 * array.
 */
import { type Reply, ReplyError, type ReplyReader } from '#bench/load/replies.ts'

const lineEnd = Buffer.from('\r\n')

export class RedisReplyReader implements ReplyReader {
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
    if (at < bytes.length) this.#rest = Buffer.from(bytes.subarray(at))
  }
}

function readOne(bytes: Buffer, start: number, onReply: (reply: Reply) => void): number {
  const end = bytes.indexOf(lineEnd, start)
  if (end < 0) return 0
  const type = String.fromCharCode(bytes[start] ?? 0)
  const line = bytes.subarray(start + 1, end)
  const lineLength = end + 2 - start
  if (type === '+' || type === '-' || type === ':') {
    onReply({ ok: type !== '-', status: 0, body: line })
    return lineLength
  }
  if (type !== '$') throw new ReplyError(`Cannot read Redis reply: it begins with "${type}"`)
  const length = Number(line.toString('latin1'))
  if (length === -1) {
    onReply({ ok: true, status: 0, body: new Uint8Array() })
    return lineLength
  }
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new ReplyError(`Cannot read Redis reply: length is "${line.toString('latin1')}"`)
  }
  if (bytes.length - start < lineLength + length + 2) return 0
  onReply({ ok: true, status: 0, body: bytes.subarray(end + 2, end + 2 + length) })
  return lineLength + length + 2
}

/**
 * @module Requests, built once and sent many times.
 */
import { encodeEncryptedMessage } from '#clients/protobuf.ts'

export interface SendRequest {
  /** The whole request, head and body. */
  readonly bytes: Buffer
  /** Where the message's content begins in it. */
  readonly contentAt: number
}

/** POST /v1/messages/{recipient} with a content of so many bytes. */
export function sendRequest(token: string, recipientId: string, contentBytes: number): SendRequest {
  const content = new Uint8Array(contentBytes).fill(0x78)
  const body = encodeEncryptedMessage({ type: 2, content })
  const head =
    `POST /v1/messages/${recipientId} HTTP/1.1\r\nHost: localhost\r\n` +
    `Authorization: Bearer ${token}\r\nContent-Type: application/x-protobuf\r\n` +
    `Content-Length: ${body.length}\r\n\r\n`
  const bytes = Buffer.concat([Buffer.from(head, 'latin1'), body])
  return { bytes, contentAt: bytes.length - contentBytes }
}

/** GET /v1/keys/{userId}. */
export function bundleRequest(userId: string): Buffer {
  return Buffer.from(`GET /v1/keys/${userId} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 'latin1')
}

/** XADD of the same content to a stream of its own for each recipient. */
export function streamRequest(recipient: number, contentBytes: number): Buffer {
  const key = `q:${recipient}`
  const content = 'x'.repeat(contentBytes)
  return Buffer.from(
    `*5\r\n$4\r\nXADD\r\n$${key.length}\r\n${key}\r\n$1\r\n*\r\n$1\r\nb\r\n` +
      `$${contentBytes}\r\n${content}\r\n`,
    'latin1',
  )
}

/** Hands the elements out in an order without pattern, the same in every run. */
export function inRandomOrder<T>(elements: readonly T[]): () => T {
  let state = 0x9e3779b9
  return () => {
    // xorshift32 (Marsaglia 2003): cheap enough to stand between two requests.
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const element = elements[(state >>> 0) % elements.length]
    if (element === undefined) throw new RangeError('Cannot choose: no elements')
    return element
  }
}

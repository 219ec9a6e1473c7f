import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { HttpReplyReader } from '#bench/load/http-replies.ts'
import { RedisReplyReader } from '#bench/load/redis-replies.ts'
import { ReplyError, type ReplyReader } from '#bench/load/replies.ts'

type Seen = readonly [ok: boolean, status: number, body: string]

/** Feeds the stream in pieces of these sizes, and spoils each piece afterwards as a runtime may do. */
function feed(reader: ReplyReader, stream: string, sizes: readonly number[]): readonly Seen[] {
  const bytes = Buffer.from(stream, 'latin1')
  const seen: Seen[] = []
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const chunk = Buffer.from(bytes.subarray(at, at + (sizes[i % sizes.length] ?? 1)))
    at += chunk.length
    reader.push(chunk, ({ ok, status, body }) => {
      seen.push([ok, status, Buffer.from(body).toString('latin1')])
    })
    chunk.fill(0)
  }
  return seen
}

const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 })

describe('HTTP', () => {
  const created = 'HTTP/1.1 201 Created\r\nX-Request-Id: a\r\nContent-Length: 0\r\n\r\n'
  const bundle = 'HTTP/1.1 200 OK\r\ncontent-length:5\r\ncontent-type: text/plain\r\n\r\nhello'
  const busy = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 2\r\n\r\n\r\n'
  const stream =
    'HTTP/1.1 100 Continue\r\n\r\n' +
    `${created}${bundle}HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n${busy}${created}`
  const expected: readonly Seen[] = [
    [true, 201, ''],
    [true, 200, 'hello'],
    [true, 204, ''],
    [false, 503, '\r\n'],
    [true, 201, ''],
  ]

  test('answers come out whole however the stream is cut', () => {
    expect(feed(new HttpReplyReader(), stream, [stream.length])).toEqual(expected)
    expect(feed(new HttpReplyReader(), stream, [1])).toEqual(expected)
    fc.assert(
      fc.property(sizes, (cuts) => {
        expect(feed(new HttpReplyReader(), stream, cuts)).toEqual(expected)
      }),
    )
  })

  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9\r\n\r\n'],
    ['a chunked body', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a body until the end', 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n'],
    ['an endless head', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}`],
    ['a monstrous body', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n'],
  ])('%s is refused', (_, bad) => {
    expect(() => feed(new HttpReplyReader(), bad, [bad.length])).toThrow(ReplyError)
  })
})

describe('Redis', () => {
  const stream =
    '$15\r\n1770000000123-0\r\n+OK\r\n-ERR no\r\n:12\r\n$-1\r\n$0\r\n\r\n$2\r\n\r\n\r\n'
  const expected: readonly Seen[] = [
    [true, 0, '1770000000123-0'],
    [true, 0, 'OK'],
    [false, 0, 'ERR no'],
    [true, 0, '12'],
    [true, 0, ''],
    [true, 0, ''],
    [true, 0, '\r\n'],
  ]

  test('answers come out whole however the stream is cut', () => {
    fc.assert(
      fc.property(sizes, (cuts) => {
        expect(feed(new RedisReplyReader(), stream, cuts)).toEqual(expected)
      }),
    )
  })

  test.each(['*2\r\n', '$x\r\n', '$-2\r\n'])('%j is refused', (bad) => {
    expect(() => feed(new RedisReplyReader(), bad, [bad.length])).toThrow(ReplyError)
  })
})

import { describe, expect, test } from 'vitest'
import { RedisReplyReader } from '#bench/load/redis-replies.ts'
import { bundleRequest, inRandomOrder, sendRequest, streamRequest } from '#bench/load/requests.ts'
import { mintToken } from '#bench/accounts.ts'
import { decodeEncryptedMessage } from '#clients/protobuf.ts'

describe('requests', () => {
  test('a send announces the length of its body, and its content can be written over', () => {
    const { bytes, contentAt } = sendRequest('the-token', 'the-recipient', 1024)
    bytes.writeDoubleBE(1234.5, contentAt)
    const [head = '', ...rest] = bytes.toString('latin1').split('\r\n\r\n')
    const body = Buffer.from(rest.join('\r\n\r\n'), 'latin1')
    expect(head.startsWith('POST /v1/messages/the-recipient HTTP/1.1\r\n')).toBe(true)
    expect(head).toContain('\r\nAuthorization: Bearer the-token\r\n')
    expect(head).toContain(`\r\nContent-Length: ${body.length}`)
    const { type, content } = decodeEncryptedMessage(body)
    expect([type, content.length]).toEqual([2, 1024])
    expect(new DataView(content.buffer, content.byteOffset).getFloat64(0)).toBe(1234.5)
  })

  test('a fetch has no body', () => {
    expect(bundleRequest('id').toString()).toBe(
      'GET /v1/keys/id HTTP/1.1\r\nHost: localhost\r\n\r\n',
    )
  })

  test("a stream's entry is five bulk strings", () => {
    const request = streamRequest(17, 1024)
    expect(request.subarray(0, 4).toString()).toBe('*5\r\n')
    const parts: string[] = []
    new RedisReplyReader().push(request.subarray(4), ({ body }) => {
      parts.push(Buffer.from(body).toString())
    })
    expect(parts).toEqual(['XADD', 'q:17', '*', 'b', 'x'.repeat(1024)])
  })

  test('a random order leaves nothing out, and is the same every time', () => {
    const elements = Array.from({ length: 100 }, (_, i) => i)
    const draw = (): readonly number[] => {
      const next = inRandomOrder(elements)
      return Array.from({ length: 2000 }, () => next())
    }
    expect(new Set(draw()).size).toBe(100)
    expect(draw()).toEqual(draw())
  })
})

test('a token names its user and its end', () => {
  const [header = '', payload = '', signature = ''] = mintToken('secret', 'user', 60).split('.')
  const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
  expect(read(header)).toEqual({ typ: 'JWT', alg: 'HS256' })
  expect(read(payload)).toEqual({ sub: 'user', exp: expect.any(Number) })
  expect(Buffer.from(signature, 'base64url').length).toBe(32)
})

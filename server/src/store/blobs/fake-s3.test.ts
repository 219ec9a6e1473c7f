import { describe, expect, test } from 'vitest'
import { patternBytes, streamOf } from '#store/blobs/byte-streams-for-tests.ts'
import type { FakeS3 } from '#store/blobs/fake-s3.ts'
import { accessKey, openOverFakeS3, secretKey } from '#store/blobs/s3-for-tests.ts'

describe('The fake S3', () => {
  const ask = (s3: FakeS3, method: string, path: string, headers: Record<string, string> = {}) =>
    fetch(s3.endpoint + path, { method, headers, body: method === 'PUT' ? 'x' : null }).then(
      async (response) => [response.status, /<Code>(\w+)</.exec(await response.text())?.[1]],
    )

  test('refuses what is not signed, or signed by a scheme it does not know', async () => {
    await using subject = await openOverFakeS3()
    expect(await ask(subject.s3, 'GET', '/obscura-attachments/x')).toEqual([403, 'AccessDenied'])
    const headers = { authorization: 'Basic eDp4' }
    expect(await ask(subject.s3, 'GET', '/obscura-attachments/x', headers)).toEqual([
      403,
      'AccessDenied',
    ])
  })

  test('refuses a body whose hash is not the signed one, and a body of unknown length', async () => {
    await using subject = await openOverFakeS3()
    const { s3 } = subject
    const { signedHeaders, sha256Hex } = await import('#store/blobs/sigv4.ts')
    const url = new URL(`${s3.endpoint}/obscura-attachments/x`)
    const headers = signedHeaders(
      {
        method: 'PUT',
        url,
        headers: {},
        payloadHash: sha256Hex('y'),
        region: 'us-east-1',
        atMillis: Date.now(),
      },
      { accessKey, secretKey },
    )
    expect(await ask(s3, 'PUT', url.pathname, headers)).toEqual([400, 'XAmzContentSHA256Mismatch'])
    const chunked = await fetch(url, {
      method: 'PUT',
      headers,
      body: streamOf(patternBytes(10)),
      duplex: 'half',
    })
    expect(chunked.status).toBe(411)
    expect(s3.objects.size).toBe(0)
  })
})

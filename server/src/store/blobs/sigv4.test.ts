/**
 * @module The four worked examples of the S3 API reference, "Signature Calculations for the Authorization Header:
 * Transferring Payload in a Single Chunk".
 */
import { describe, expect, test } from 'vitest'
import { canonicalQuery, encodePath, sha256Hex, signedHeaders } from '#store/blobs/sigv4.ts'

const credentials = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const atMillis = Date.UTC(2013, 4, 24)
const origin = 'https://examplebucket.s3.amazonaws.com'

const examples = [
  {
    name: 'GET object with a range',
    method: 'GET',
    path: '/test.txt',
    query: {},
    headers: { range: 'bytes=0-9' },
    body: '',
    names: 'host;range;x-amz-content-sha256;x-amz-date',
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'PUT object with a name that must be encoded',
    method: 'PUT',
    path: '/test$file.text',
    query: {},
    headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    body: 'Welcome to Amazon S3.',
    names: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'GET bucket lifecycle, a query without a value',
    method: 'GET',
    path: '/',
    query: { lifecycle: '' },
    headers: {},
    body: '',
    names: 'host;x-amz-content-sha256;x-amz-date',
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    name: 'GET bucket, list objects',
    method: 'GET',
    path: '/',
    query: { prefix: 'J', 'max-keys': '2' },
    headers: {},
    body: '',
    names: 'host;x-amz-content-sha256;x-amz-date',
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
]

describe('AWS Signature Version 4', () => {
  test.each(examples)('signs as published: $name', (example) => {
    const url = new URL(origin + encodePath(example.path))
    url.search = canonicalQuery(example.query)
    const headers = signedHeaders(
      {
        method: example.method,
        url,
        headers: example.headers,
        payloadHash: sha256Hex(example.body),
        region: 'us-east-1',
        atMillis,
      },
      credentials,
    )
    expect(headers['x-amz-date']).toBe('20130524T000000Z')
    expect(headers['authorization']).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, ` +
        `SignedHeaders=${example.names}, Signature=${example.signature}`,
    )
  })

  test('encodes what encodeURIComponent leaves, and no slash of a path', () => {
    expect(encodePath("/a b/c!'()*~-_.")).toBe('/a%20b/c%21%27%28%29%2A~-_.')
    expect(canonicalQuery({ b: '/', a: '+ ', B: '' })).toBe('B=&a=%2B%20&b=%2F')
  })
})

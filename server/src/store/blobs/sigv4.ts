/**
 * @module AWS Signature Version 4 in the Authorization header, as S3 and what is compatible with it check it.
 *
 * The steps are those of "Authenticating Requests (AWS Signature Version 4)" in the S3 API reference. S3 differs from
 * other services in two points: the path is encoded once, not twice, and the payload's hash is a header.
 */
import { createHash, createHmac } from 'node:crypto'

export interface S3Credentials {
  readonly accessKey: string
  readonly secretKey: string
}

export interface RequestToSign {
  readonly method: string
  /** Its path encoded with {@link encodePath} and its query made by {@link canonicalQuery}. */
  readonly url: URL
  /** To be signed besides host, date and payload hash. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** SHA-256 of the body in hex. */
  readonly payloadHash: string
  readonly region: string
  readonly atMillis: number
}

const algorithm = 'AWS4-HMAC-SHA256'

/** The request's headers with those that signing adds. `host` is signed but left for the HTTP client to send. */
export function signedHeaders(
  request: RequestToSign,
  credentials: S3Credentials,
): Record<string, string> {
  const { url, region, payloadHash } = request
  const time = new Date(request.atMillis).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const date = time.slice(0, 8)
  const sent = { ...request.headers, 'x-amz-content-sha256': payloadHash, 'x-amz-date': time }

  // 1. The canonical request.
  const signed = Object.entries({ ...sent, host: url.host }).sort(byName)
  const names = signed.map(([name]) => name).join(';')
  const canonicalRequest = [
    request.method,
    url.pathname,
    url.search.slice(1),
    ...signed.map(([name, value]) => `${name}:${value.trim()}`),
    '',
    names,
    payloadHash,
  ].join('\n')

  // 2. The string to sign.
  const scope = `${date}/${region}/s3/aws4_request`
  const stringToSign = [algorithm, time, scope, sha256Hex(canonicalRequest)].join('\n')

  // 3. The signing key: good for one day, region and service.
  const dateKey = hmac(`AWS4${credentials.secretKey}`, date)
  const signingKey = hmac(hmac(hmac(dateKey, region), 's3'), 'aws4_request')

  // 4. The signature.
  const signature = hmac(signingKey, stringToSign).toString('hex')
  const credential = `${credentials.accessKey}/${scope}`
  return {
    ...sent,
    authorization: `${algorithm} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  }
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** Percent-encodes everything but RFC 3986's unreserved characters and the slashes between segments. */
export function encodePath(path: string): string {
  return path.split('/').map(encodePart).join('/')
}

/** Sorted by encoded name, each name with its `=`: what is sent is what is signed. */
export function canonicalQuery(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]): [string, string] => [encodePart(name), encodePart(value)])
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function encodePart(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** By code point, not by locale. */
function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}

/**
 * @module The verifying end of Signature Version 4, for the fake S3. Written from the wire's side and without the
 * signer's code, so that a mistake there is not repeated here.
 */
import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Expected {
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
  readonly nowMillis: number
}

const maxSkewMillis = 15 * 60 * 1000

/** S3's error code for what is wrong with the request's signature; undefined when nothing is. */
export function signatureFault(
  request: IncomingMessage,
  body: Uint8Array,
  expected: Expected,
): string | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      request.headers.authorization ?? '',
    )
  if (match === null) return 'AccessDenied'
  const [, accessKey, date = '', region, names = '', signature] = match
  if (accessKey !== expected.accessKey) return 'InvalidAccessKeyId'
  if (region !== expected.region) return 'AuthorizationHeaderMalformed'

  const time = header(request, 'x-amz-date')
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time)
  if (parts === null || !time.startsWith(date)) return 'AccessDenied'
  const [year = 0, month = 0, day = 0, hour, minute, second] = parts.slice(1).map(Number)
  const atMillis = Date.UTC(year, month - 1, day, hour, minute, second)
  if (Math.abs(atMillis - expected.nowMillis) > maxSkewMillis) return 'RequestTimeTooSkewed'

  const signed = names.split(';')
  const mustBeSigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))
  if (!['host', ...mustBeSigned].every((name) => signed.includes(name))) return 'AccessDenied'

  const payload = header(request, 'x-amz-content-sha256')
  const bodyHash = createHash('sha256').update(body).digest('hex')
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== bodyHash) return 'XAmzContentSHA256Mismatch'

  const target = request.url ?? ''
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const query = question < 0 ? '' : target.slice(question + 1)
  const canonical =
    `${request.method}\n${recode(path, '/')}\n${sortedQuery(query)}\n` +
    `${signed.map((name) => `${name}:${header(request, name)}\n`).join('')}\n${names}\n${payload}`
  const digest = createHash('sha256').update(canonical).digest('hex')
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${date}/${region}/s3/aws4_request\n${digest}`
  const key = [date, expected.region, 's3', 'aws4_request'].reduce<string | Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    `AWS4${expected.secretKey}`,
  )
  const right = createHmac('sha256', key).update(toSign).digest('hex')
  return right === signature ? undefined : 'SignatureDoesNotMatch'
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name]
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim()
}

function sortedQuery(query: string): string {
  if (query === '') return ''
  return query
    .split('&')
    .map((pair) => {
      const [name = '', value = ''] = pair.split('=')
      return `${recode(name)}=${recode(value)}`
    })
    .sort()
    .join('&')
}

/** Decodes and encodes again, as S3 does: a sloppy encoding on the wire does not match its signature. */
function recode(text: string, keep = ''): string {
  let out = ''
  for (const byte of new TextEncoder().encode(decodeURIComponent(text))) {
    const character = String.fromCharCode(byte)
    out += /[A-Za-z0-9._~-]/.test(character) || character === keep ? character : hex(byte)
  }
  return out
}

function hex(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

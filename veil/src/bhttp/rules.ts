/**
 * @module What a message must be besides well framed (RFC 9292 §3.4 to §3.6, which refer to RFC 9113 §8.2 and §8.3).
 * One set of rules for what is read and for what is written.
 *
 * Where the RFC leaves a choice, this takes the narrow one, because a message is often translated for a server that
 * reads HTTP/1.1: no `CONNECT`, no pseudo-fields of extensions, no fields that belong to a connection, no control
 * characters in values, and a `content-length` that says the truth.
 */
import type { BinaryRequest, BinaryResponse, Field } from '#bhttp/message.ts'

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const fieldName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const schemeForm = /^[A-Za-z][A-Za-z0-9+.-]*$/
/** Visible ASCII, without what would end an authority or put a user's name before it. */
const authorityForm = /^[!$%&'()*+,\-.0-9:;=A-Z[\]_a-z~]*$/
/** Visible ASCII from a slash on. A fragment never travels. */
const pathForm = /^\/[!"$-~]*$/
/** One character a byte; of the control characters the tab alone; nothing blank at the ends. */
const fieldValue = /^(?:[!-~\x80-\xff](?:[\t -~\x80-\xff]*[!-~\x80-\xff])?)?$/

const ofAConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

/** Which rule a request breaks, in words that repeat none of its bytes. */
export function faultOfRequest(request: BinaryRequest): string | undefined {
  if (!token.test(request.method)) return 'the method is not a token'
  if (request.method === 'CONNECT') return 'the method is CONNECT'
  if (!schemeForm.test(request.scheme)) return 'the scheme is none'
  if (!authorityForm.test(request.authority)) return 'the authority is none'
  const isWholeServer = request.method === 'OPTIONS' && request.path === '*'
  if (!isWholeServer && !pathForm.test(request.path)) return 'the path is none'
  return faultOfFields(request.headers, request.trailers, request.content, false)
}

export function faultOfResponse(response: BinaryResponse): string | undefined {
  for (const { status, headers } of response.informational) {
    if (!isStatus(status, 100, 199)) return 'an informational status is not from 100 to 199'
    const fault = faultOfSection(headers)
    if (fault !== undefined) return fault
  }
  if (!isStatus(response.status, 200, 599)) return 'the status is not from 200 to 599'
  // An answer to HEAD, and a 304, tell the length of a content that stays away.
  const mayLackContent = response.content.length === 0
  return faultOfFields(response.headers, response.trailers, response.content, mayLackContent)
}

export function isStatus(status: number, least: number, most: number): boolean {
  return Number.isInteger(status) && status >= least && status <= most
}

function faultOfFields(
  headers: readonly Field[],
  trailers: readonly Field[],
  content: Uint8Array,
  mayLackContent: boolean,
): string | undefined {
  const fault = faultOfSection(headers) ?? faultOfSection(trailers)
  if (fault !== undefined) return fault
  for (const { name, value } of headers) {
    if (name !== 'content-length') continue
    if (!/^\d{1,15}$/.test(value)) return 'a content-length is no number'
    if (!mayLackContent && Number(value) !== content.length) return 'a content-length is wrong'
  }
  const isLengthLate = trailers.some(({ name }) => name === 'content-length')
  return isLengthLate ? 'a content-length is among the trailers' : undefined
}

function faultOfSection(fields: readonly Field[]): string | undefined {
  for (const { name, value } of fields) {
    if (!fieldName.test(name)) return 'the name of a field is not a token in lower case'
    if (!fieldValue.test(value)) return 'the value of a field has a character that may not be there'
    if (ofAConnection.has(name)) return 'a field belongs to a connection'
    if (name === 'te' && value !== 'trailers') return 'a field belongs to a connection'
  }
  return undefined
}

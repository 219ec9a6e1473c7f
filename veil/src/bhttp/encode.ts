/**
 * @module Binary HTTP to bytes (RFC 9292), in the layout that `decode.ts` draws.
 */
import { concatenate } from '#bytes.ts'
import { type BinaryRequest, type BinaryResponse, type Field, framing } from '#bhttp/message.ts'
import { encodeInteger } from '#bhttp/quic-integer.ts'
import { faultOfRequest, faultOfResponse } from '#bhttp/rules.ts'

export interface EncodeOptions {
  /** 'known' unless told otherwise. */
  readonly length?: 'known' | 'indeterminate'
  /** Leave empty parts at the end away (§3.1, §3.2). True unless told otherwise. */
  readonly truncate?: boolean
}

/** A request that breaks a rule of `rules.ts` is a `RangeError`. */
export function encodeRequest(request: BinaryRequest, options: EncodeOptions = {}): Uint8Array {
  const fault = faultOfRequest(request)
  if (fault !== undefined) throw new RangeError(`Cannot encode request: ${fault}`)
  const isKnown = options.length !== 'indeterminate'
  return concatenate([
    encodeInteger(isKnown ? framing.knownRequest : framing.indeterminateRequest),
    ...[request.method, request.scheme, request.authority, request.path].map(encodeText),
    ...encodeParts(request, isKnown, options.truncate !== false),
  ])
}

/** A response that breaks a rule of `rules.ts` is a `RangeError`. */
export function encodeResponse(response: BinaryResponse, options: EncodeOptions = {}): Uint8Array {
  const fault = faultOfResponse(response)
  if (fault !== undefined) throw new RangeError(`Cannot encode response: ${fault}`)
  const isKnown = options.length !== 'indeterminate'
  return concatenate([
    encodeInteger(isKnown ? framing.knownResponse : framing.indeterminateResponse),
    ...response.informational.flatMap(({ status, headers }) => [
      encodeInteger(status),
      encodeFields(headers, isKnown),
    ]),
    encodeInteger(response.status),
    ...encodeParts(response, isKnown, options.truncate !== false),
  ])
}

/** Fills a message up with zeros, which its decoder ignores, so that its length tells less (§3.8). */
export function padMessage(message: Uint8Array, totalBytes: number): Uint8Array {
  if (!Number.isSafeInteger(totalBytes) || totalBytes < message.length) {
    throw new RangeError(`Cannot pad message: it has ${message.length} bytes of ${totalBytes}`)
  }
  const padded = new Uint8Array(totalBytes)
  padded.set(message)
  return padded
}

function encodeParts(
  { headers, content, trailers }: Pick<BinaryRequest, 'headers' | 'content' | 'trailers'>,
  isKnown: boolean,
  truncate: boolean,
): readonly Uint8Array[] {
  const parts = [
    encodeFields(headers, isKnown),
    encodeContent(content, isKnown),
    encodeFields(trailers, isKnown),
  ]
  // An empty part is a single zero in either form.
  while (truncate && parts.at(-1)?.length === 1) parts.pop()
  return parts
}

function encodeFields(fields: readonly Field[], isKnown: boolean): Uint8Array {
  const lines = concatenate(
    fields.flatMap(({ name, value }) => [encodeText(name), encodeText(value)]),
  )
  return concatenate(isKnown ? [encodeInteger(lines.length), lines] : [lines, encodeInteger(0)])
}

function encodeContent(content: Uint8Array, isKnown: boolean): Uint8Array {
  const length = encodeInteger(content.length)
  if (isKnown || content.length === 0) return concatenate([length, content])
  return concatenate([length, content, encodeInteger(0)])
}

/** The rules leave only characters that are one byte each. */
function encodeText(text: string): Uint8Array {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
  return concatenate([encodeInteger(bytes.length), bytes])
}

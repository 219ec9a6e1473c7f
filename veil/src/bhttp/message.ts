/**
 * @module HTTP messages as values (RFC 9292), and how large one may be.
 *
 * Names and values of fields are strings whose characters stand for one byte each, as `Headers` of the web platform
 * has them. Names are in lower case.
 */

export interface Field {
  readonly name: string
  readonly value: string
}

export interface BinaryRequest {
  readonly method: string
  readonly scheme: string
  /** Empty when the request names its host in a `host` field. */
  readonly authority: string
  readonly path: string
  readonly headers: readonly Field[]
  readonly content: Uint8Array
  readonly trailers: readonly Field[]
}

export interface InformationalResponse {
  /** 100 to 199. */
  readonly status: number
  readonly headers: readonly Field[]
}

export interface BinaryResponse {
  readonly informational: readonly InformationalResponse[]
  /** 200 to 599. */
  readonly status: number
  readonly headers: readonly Field[]
  readonly content: Uint8Array
  readonly trailers: readonly Field[]
}

export interface BinaryHttpLimits {
  /**
   * What may come beside the content: the bytes of control data, names and values, and 32 more for each field and each
   * informational response, as HTTP/2 counts (RFC 9113 §6.5.2), so that this bounds their number too.
   */
  readonly maxHeaderBytes: number
  readonly maxContentBytes: number
}

export type Decoded<Message> =
  | { readonly kind: 'decoded'; readonly message: Message }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'headers-too-large' }
  | { readonly kind: 'content-too-large' }

/** What a field costs beyond its bytes. */
export const fieldOverheadBytes = 32

/** RFC 9292 §3.3. */
export const framing = {
  knownRequest: 0,
  knownResponse: 1,
  indeterminateRequest: 2,
  indeterminateResponse: 3,
} as const

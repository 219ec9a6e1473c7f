/**
 * @module Reads what a client sends, up to a limit and for a limited time. The limit holds for the memory as well: a
 * body in a million chunks takes no more than twice what it takes in one.
 */
import { withDeadline, type Endings } from '#guard/deadline.ts'

export type ReadBodyOutcome =
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  /** More was announced or sent than the limit allows. What was not read yet is not read any more. */
  | { readonly kind: 'too-large' }
  /** The connection ended before the body did. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'timeout' }

export interface BodyBounds {
  readonly maxBytes: number
  readonly timeoutMillis: number
}

const notRead = { failed: { kind: 'broken' }, late: { kind: 'timeout' } } as const

/**
 * The whole body of a request that came over HTTP. Rejects only with the reason of `signal`, when that is aborted.
 *
 * A body whose length is announced is left to the runtime to gather, which is several times faster on Bun: HTTP framing
 * ends it at that length (RFC 9112 §6.3).
 */
export function readBody(
  request: Request,
  bounds: BodyBounds,
  signal?: AbortSignal,
): Promise<ReadBodyOutcome> {
  const { maxBytes, timeoutMillis } = bounds
  if (signal?.aborted === true) return Promise.reject<ReadBodyOutcome>(signal.reason)
  const announced = announcedBytes(request.headers)
  if (announced !== undefined && announced <= maxBytes) {
    const done = (buffer: ArrayBuffer): ReadBodyOutcome =>
      buffer.byteLength > maxBytes
        ? { kind: 'too-large' }
        : { kind: 'read', bytes: new Uint8Array(buffer) }
    return withDeadline(request.arrayBuffer(), { ...notRead, done }, timeoutMillis, signal)
  }
  if (announced !== undefined) {
    letGo(request.body?.cancel())
    return Promise.resolve({ kind: 'too-large' })
  }
  if (request.body === null) return Promise.resolve({ kind: 'read', bytes: new Uint8Array() })
  return readStream(request.body, bounds, signal)
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  { maxBytes, timeoutMillis }: BodyBounds,
  signal: AbortSignal | undefined,
): Promise<ReadBodyOutcome> {
  const reader = body.getReader()
  const endings: Endings<ReadBodyOutcome, ReadBodyOutcome> = {
    ...notRead,
    done: (outcome) => outcome,
  }
  try {
    return await withDeadline(gather(reader, maxBytes), endings, timeoutMillis, signal)
  } finally {
    letGo(reader.cancel())
  }
}

/** The announced length; undefined for chunked bodies, also when they announce one all the same (RFC 9112 §6.3). */
function announcedBytes(headers: Headers): number | undefined {
  const text = headers.get('content-length')
  if (text === null || !/^\d+$/.test(text) || headers.has('transfer-encoding')) return undefined
  return Number(text)
}

async function gather(
  reader: { read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> },
  maxBytes: number,
): Promise<ReadBodyOutcome> {
  let first: Uint8Array | undefined
  let buffer: Uint8Array<ArrayBuffer> | undefined
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done || value === undefined) break
      const end = length + value.length
      if (end > maxBytes) return { kind: 'too-large' }
      if (first === undefined) first = value
      else {
        buffer ??= grown(new Uint8Array(0), end, first)
        if (end > buffer.length) buffer = grown(buffer, Math.min(2 * end, maxBytes))
        buffer.set(value, length)
      }
      length = end
    }
  } catch {
    return { kind: 'broken' }
  }
  if (buffer === undefined) return { kind: 'read', bytes: first ?? new Uint8Array() }
  return { kind: 'read', bytes: new Uint8Array(buffer.buffer.transfer(length)) }
}

function grown(
  buffer: Uint8Array<ArrayBuffer>,
  length: number,
  content?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(buffer.buffer.transfer(length))
  if (content !== undefined) larger.set(content)
  return larger
}

/** The stream is done with: how its source takes that is of no interest, and nothing must wait for it. */
function letGo(cancelled: Promise<void> | undefined): void {
  cancelled?.catch(() => undefined)
}

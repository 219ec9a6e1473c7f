/**
 * @module Takes an upload's stream in, for every backend: counts, enforces the bounds while bytes flow, and pulls the
 * next chunk only after the backend has taken the one before.
 */
import type { PutBounds } from '#store/blobs/blobs.ts'

export type Intake =
  | { readonly kind: 'complete'; readonly bytes: number }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'broken' }

/** Rejects only with what `take` rejects with. Whatever happens, the stream is read to its end or cancelled. */
export async function takeIn(
  content: ReadableStream<Uint8Array>,
  bounds: PutBounds,
  signal: AbortSignal,
  take: (chunk: Uint8Array) => Promise<void>,
): Promise<Intake> {
  const { maxBytes, announcedBytes } = bounds
  const reader = content.getReader()
  // Cancelling makes a pending read resolve; it is not awaited, because a source may never answer it.
  const stop = () => void reader.cancel().catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  let bytes = 0
  try {
    if (announcedBytes !== undefined && announcedBytes > maxBytes) return { kind: 'too-large' }
    for (;;) {
      if (signal.aborted) return { kind: 'broken' }
      const next = await settle(reader.read())
      if (next === undefined || signal.aborted) return { kind: 'broken' }
      if (next.done) {
        const whole = announcedBytes === undefined || announcedBytes === bytes
        return whole ? { kind: 'complete', bytes } : { kind: 'broken' }
      }
      bytes += next.value.length
      if (bytes > maxBytes) return { kind: 'too-large' }
      if (announcedBytes !== undefined && bytes > announcedBytes) return { kind: 'broken' }
      if (next.value.length > 0) await take(next.value)
    }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

/** Undefined when the source failed: a sender that broke off is an outcome here, not an error. */
async function settle<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch {
    return undefined
  }
}

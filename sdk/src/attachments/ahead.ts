/**
 * @module Several things at once, and yet in order.
 */
import { SottoError } from '#errors.ts'

/**
 * Begins the work on each item in order, on at most `width` at once, and yields what comes of them in order. As soon as one
 * of them fails the others are aborted, as they are when the signal is, or when nobody wants to have more.
 */
export async function* ahead<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  width: number,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): AsyncGenerator<Result, void, undefined> {
  const over = new AbortController()
  const bounded = AbortSignal.any([signal, over.signal])
  const running: Promise<Result>[] = []
  try {
    for await (const item of items) {
      bounded.throwIfAborted()
      const begun = work(item, bounded)
      begun.catch((error: unknown) => over.abort(error))
      running.push(begun)
      if (running.length < width) continue
      const first = running.shift()
      if (first !== undefined) yield await first
    }
    for (let next = running.shift(); next !== undefined; next = running.shift()) yield await next
  } catch (error) {
    // Of several that failed, whoever was first is heard.
    bounded.throwIfAborted()
    throw error
  } finally {
    over.abort(new SottoError('closed', 'Nobody waits for it any more'))
    await Promise.allSettled(running)
  }
}

/** Rejects with the signal's reason as soon as it is aborted, whatever the call does then. */
export function orAborted<Result>(call: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason)
    if (signal.aborted) aborted()
    signal.addEventListener('abort', aborted, { once: true })
    void call.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}

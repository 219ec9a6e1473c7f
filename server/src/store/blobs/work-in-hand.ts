/**
 * @module What a blob store is doing, so that closing it stops everything and waits until it has stopped.
 */
import { StoreError } from '#store/store.ts'

export class WorkInHand {
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()

  throwIfClosed(): void {
    if (this.#closing.signal.aborted) throw closed()
  }

  /** The caller's signal, aborted as well when the store closes. */
  joined(signal: AbortSignal): AbortSignal {
    this.throwIfClosed()
    return AbortSignal.any([signal, this.#closing.signal])
  }

  async run<T>(signal: AbortSignal, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const running = task(this.joined(signal))
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(closed())
    await Promise.allSettled(this.#running)
  }
}

function closed(): StoreError {
  return new StoreError('closed', 'Cannot use store of attachments: it is closed')
}

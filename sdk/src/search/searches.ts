/**
 * @module The searches of an open messenger, with what they have in common: the names of contacts, and a memory that the
 * first search begins to fill.
 */
import { contacts, nameOf } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { isSottoError, SottoError } from '#errors.ts'
import type { Message } from '#messages/message.ts'
import { sleep } from '#ports/clock.ts'
import { search } from '#search/search.ts'
import { SearchMemory } from '#search/search-memory.ts'

/** Where to look, for how much, and until when. */
export interface MessageSearch {
  /** In this conversation alone. */
  readonly conversation?: string | undefined
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Between two pieces that are read ahead: nobody waits for them. */
const aheadMillis = 10

export class Searches {
  readonly #engine: Pick<Engine, 'device' | 'state'>
  readonly #failed: (error: unknown) => void
  readonly #over = new AbortController()
  #memory: SearchMemory | undefined
  #filling: Promise<void> | undefined

  constructor(engine: Pick<Engine, 'device' | 'state'>, failed: (error: unknown) => void) {
    this.#engine = engine
    this.#failed = failed
  }

  /** As `search` says; it ends with 'closed' when the messenger is closed. */
  async *search(
    query: string,
    { conversation, limit, signal }: MessageSearch = {},
  ): AsyncGenerator<Message, void, undefined> {
    const { state, device } = this.#engine
    const { clock } = device
    const over =
      signal === undefined ? this.#over.signal : AbortSignal.any([signal, this.#over.signal])
    over.throwIfAborted()
    const memory = this.#filledMemory()
    const names = new Map<string, string>()
    for (const { value } of await contacts.all(state)) names.set(value.identity, nameOf(value))
    yield* search(state, query, {
      conversation,
      limit,
      signal: over,
      clock,
      pause: () => sleep(clock, 0, over),
      nameOf: (identity) => names.get(identity),
      memory,
    })
  }

  async close(): Promise<void> {
    this.#over.abort(new SottoError('closed', 'The messenger is closed'))
    await this.#filling
    this.#memory?.[Symbol.dispose]()
  }

  #filledMemory(): SearchMemory {
    if (this.#memory !== undefined) return this.#memory
    const { state, device } = this.#engine
    const { signal } = this.#over
    const memory = new SearchMemory(state)
    this.#memory = memory
    const pause = (): Promise<void> => sleep(device.clock, aheadMillis, signal)
    this.#filling = memory.fill(pause).catch((error: unknown) => {
      if (!signal.aborted && !isSottoError(error, 'closed')) this.#failed(error)
    })
    return memory
  }
}

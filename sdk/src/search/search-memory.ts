/**
 * @module What was once read and folded, kept in memory while the profile is open, so that the next search reads nothing.
 * It never rests on disk, has a bound, and forgets what was written anew.
 */
import { conversations } from '#messages/conversation.ts'
import type { Place, StateToFollow } from '#state/state.ts'
import { type Block, blockOf, readBlock } from '#search/blocks.ts'
import { fromSortable } from '#state/table.ts'

/** Characters of text, and as many for each line as its other parts take. Some 50 MB at most. */
const mostCharacters = 24_000_000
const charactersOfLine = 100

export class SearchMemory implements Disposable {
  readonly #state: StateToFollow
  readonly #most: number
  readonly #blocks = new Map<string, Block>()
  /** Those that are being read, and were not written meanwhile. */
  readonly #reading = new Set<string>()
  readonly #stop: () => void
  #characters = 0
  #isFull = false

  constructor(state: StateToFollow, most: number = mostCharacters) {
    this.#state = state
    this.#most = most
    this.#stop = state.follow((places) => {
      for (const place of places) this.#forget(place)
    })
  }

  /** For tests and the curious. */
  get characters(): number {
    return this.#characters
  }

  async block(conversation: string, block: number): Promise<Block> {
    const key = `${conversation}/${block}`
    const known = this.#blocks.get(key)
    if (known !== undefined) return known
    this.#reading.add(key)
    const read = await readBlock(this.#state, conversation, block)
    if (this.#reading.delete(key)) this.#keep(key, read)
    return read
  }

  /** Reads all that is not known, the conversations of late first; until there is no more room. */
  async fill(pause: () => Promise<void>): Promise<void> {
    const rows = await conversations.all(this.#state)
    const latest = rows.map(({ value }) => value).sort((a, b) => b.lastAtMillis - a.lastAtMillis)
    for (const { id, lastOrder } of latest) {
      for (let block = blockOf(lastOrder); block >= 0 && !this.#isFull; block--) {
        if (this.#blocks.has(`${id}/${block}`)) continue
        await this.block(id, block)
        await pause()
      }
    }
  }

  [Symbol.dispose](): void {
    this.#stop()
    this.#blocks.clear()
    this.#reading.clear()
    this.#characters = 0
  }

  #keep(key: string, block: Block): void {
    const size = sizeOf(block)
    this.#isFull = this.#characters + size > this.#most
    if (this.#isFull || this.#blocks.has(key)) return
    this.#blocks.set(key, block)
    this.#characters += size
  }

  #forget({ collection, id }: Place): void {
    if (collection !== 'message') return
    const at = id.lastIndexOf('/')
    const key = `${id.slice(0, at)}/${blockOf(fromSortable(id.slice(at + 1)))}`
    this.#reading.delete(key)
    const block = this.#blocks.get(key)
    if (block === undefined) return
    this.#blocks.delete(key)
    this.#characters -= sizeOf(block)
  }
}

function sizeOf({ lines }: Block): number {
  return lines.reduce((sum, { text }) => sum + text.length + charactersOfLine, charactersOfLine)
}

/**
 * @module Queues by mailbox, in chains of which most are empty or hold one.
 *
 * A Map would do, but for time: V8's remembers places of what was deleted, so that finding nothing takes longer where
 * something was. Here nothing is left of what went, and an emptied mailbox is looked for as one that never was.
 */
import type { MailboxId } from '@sotto/wire'
import type { PendingQueue } from '#store/sqlite/pending-queue.ts'

type Chain = readonly PendingQueue[] | undefined

const initialBits = 10

/** In a table that is half full, one of so many places is taken. */
const maxSteps = 16

export class MailboxTable {
  /** Nobody outside can tell which addresses meet in one chain. */
  readonly #factor = (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) | 1
  #bits = initialBits
  #chains: Chain[] = emptyChains(initialBits)
  #size = 0

  get(mailbox: MailboxId): PendingQueue | undefined {
    const chain = this.#chains[this.#placeOf(mailbox)]
    if (chain === undefined) return undefined
    for (const queue of chain) if (queue.address === mailbox) return queue
    return undefined
  }

  /**
   * One that stands near a mailbox that is not there, in memory that nobody looked at lately either. To look into it takes
   * as long as to look into the mailbox itself would, if it were there.
   */
  near(mailbox: MailboxId): PendingQueue | undefined {
    const place = this.#placeOf(mailbox)
    for (let step = 0; step < maxSteps; step++) {
      const found = this.#chains[(place + step) & (this.#chains.length - 1)]?.[0]
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Of a mailbox that is not there. */
  add(queue: PendingQueue): void {
    if (++this.#size > this.#chains.length) this.#grow()
    this.#append(queue)
  }

  delete(queue: PendingQueue): void {
    const place = this.#placeOf(queue.address)
    const rest = this.#chains[place]?.filter((other) => other !== queue) ?? []
    this.#chains[place] = rest.length === 0 ? undefined : rest
    this.#size--
  }

  /** What comes and goes meanwhile may be among them or not, and some of it twice when the table grows. */
  *queues(): Generator<PendingQueue, undefined> {
    for (let place = 0; place < this.#chains.length; place++) {
      const chain = this.#chains[place]
      if (chain !== undefined) yield* chain
    }
  }

  #append(queue: PendingQueue): void {
    const place = this.#placeOf(queue.address)
    const chain = this.#chains[place]
    this.#chains[place] = chain === undefined ? [queue] : [...chain, queue]
  }

  #grow(): void {
    const before = this.#chains
    this.#bits++
    this.#chains = emptyChains(this.#bits)
    for (const chain of before) for (const queue of chain ?? []) this.#append(queue)
  }

  /** The high bits of a product: addresses are hashes, and their first 32 bits are enough. */
  #placeOf(mailbox: MailboxId): number {
    let word = 0
    for (let at = 0; at < 8; at++) word = (word << 4) | digitAt(mailbox, at)
    return Math.imul(word, this.#factor) >>> (32 - this.#bits)
  }
}

function emptyChains(bits: number): Chain[] {
  return Array.from({ length: 2 ** bits }, () => undefined)
}

/** Of a hexadecimal digit: 0x30 to 0x39, or 0x61 to 0x66. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return (code & 0xf) + 9 * (code >> 6)
}

/**
 * @module What waits in one mailbox, as numbers only: four to an envelope, packed in one typed array, so that a million
 * waiting envelopes cost 32 MB and no work for the garbage collector.
 *
 * | field | meaning |
 * |---|---|
 * | sequence | its key in the tables; ascending in the queue |
 * | tag | the first 48 bits of its id |
 * | expiresAtMillis | when it may no longer be delivered |
 * | bytes | size of its body |
 */
import type { MailboxId } from '@sotto/wire'

export interface Entry {
  readonly sequence: number
  readonly tag: number
  readonly expiresAtMillis: number
  readonly bytes: number
}

const fields = 4
/** Many mailboxes never hold more than one. */
const initialEntries = 1

export class PendingQueue {
  readonly address: MailboxId
  /** Its mailbox, by the number that stands for it in the tables. */
  readonly mailbox: number
  #numbers = new Float64Array(initialEntries * fields)
  #head = 0
  #tail = 0
  #bytes = 0
  #earliestExpiryMillis = Number.POSITIVE_INFINITY

  constructor(address: MailboxId, mailbox: number) {
    this.address = address
    this.mailbox = mailbox
  }

  get length(): number {
    return this.#tail - this.#head
  }

  /** Sum of the bodies. */
  get bytes(): number {
    return this.#bytes
  }

  /** Not later than the first expiry in the queue. */
  get earliestExpiryMillis(): number {
    return this.#earliestExpiryMillis
  }

  get lastSequence(): number {
    return this.length === 0 ? 0 : this.#field(this.#tail - 1, 0)
  }

  /** All of them, oldest first. */
  entries(): Entry[] {
    return Array.from({ length: this.length }, (_, i) => this.at(i))
  }

  at(index: number): Entry {
    const slot = this.#head + index
    if (index < 0 || slot >= this.#tail) {
      throw new RangeError(`Cannot read entry ${index}: queue holds ${this.length}`)
    }
    return {
      sequence: this.#field(slot, 0),
      tag: this.#field(slot, 1),
      expiresAtMillis: this.#field(slot, 2),
      bytes: this.#field(slot, 3),
    }
  }

  /** Appends, or puts an entry that had been taken out back where its sequence belongs. */
  add(entry: Entry): void {
    this.#makeRoom()
    let slot = this.#tail
    if (entry.sequence <= this.lastSequence) {
      slot = this.#head + this.indexAfter(entry.sequence)
      this.#numbers.copyWithin((slot + 1) * fields, slot * fields, this.#tail * fields)
    }
    this.#numbers[slot * fields] = entry.sequence
    this.#numbers[slot * fields + 1] = entry.tag
    this.#numbers[slot * fields + 2] = entry.expiresAtMillis
    this.#numbers[slot * fields + 3] = entry.bytes
    this.#tail++
    this.#bytes += entry.bytes
    this.#earliestExpiryMillis = Math.min(this.#earliestExpiryMillis, entry.expiresAtMillis)
  }

  removeAt(index: number): Entry {
    const removed = this.at(index)
    const slot = this.#head + index
    if (index === 0) this.#head++
    else {
      this.#numbers.copyWithin(slot * fields, (slot + 1) * fields, this.#tail * fields)
      this.#tail--
    }
    this.#bytes -= removed.bytes
    if (this.#head === this.#tail) {
      this.#head = 0
      this.#tail = 0
      this.#earliestExpiryMillis = Number.POSITIVE_INFINITY
    }
    return removed
  }

  /** The first index whose sequence is greater than `sequence`; the length when there is none. */
  indexAfter(sequence: number): number {
    let low = this.#head
    let high = this.#tail
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#field(middle, 0) > sequence) high = middle
      else low = middle + 1
    }
    return low - this.#head
  }

  /** The index of this sequence, or -1. */
  indexOf(sequence: number): number {
    const index = this.indexAfter(sequence) - 1
    return index >= 0 && this.#field(this.#head + index, 0) === sequence ? index : -1
  }

  /** The first index from `from` on whose entry has this tag, or -1. */
  indexOfTag(tag: number, from = 0): number {
    for (let slot = this.#head + from; slot < this.#tail; slot++) {
      if (this.#numbers[slot * fields + 1] === tag) return slot - this.#head
    }
    return -1
  }

  #field(slot: number, field: 0 | 1 | 2 | 3): number {
    return this.#numbers[slot * fields + field] ?? 0
  }

  #makeRoom(): void {
    if (this.#tail * fields < this.#numbers.length) return
    const live = this.#numbers.subarray(this.#head * fields, this.#tail * fields)
    // Half empty at the front: slide; otherwise double.
    if (this.#head >= this.length && this.#head > 0)
      this.#numbers.copyWithin(0, this.#head * fields)
    else {
      const larger = new Float64Array(this.#numbers.length * 2)
      larger.set(live)
      this.#numbers = larger
    }
    this.#tail -= this.#head
    this.#head = 0
  }
}

/** The first 48 bits of an id as a number: exact in a double and in SQLite's integers. */
export function tagOf(id: Uint8Array): number {
  const view = new DataView(id.buffer, id.byteOffset, id.byteLength)
  return view.getUint32(0) * 0x10000 + view.getUint16(4)
}

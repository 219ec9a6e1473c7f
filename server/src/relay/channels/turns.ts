/**
 * @module One after the other: work that shares a key runs in the order in which it was asked for. Everything that changes
 * who is in a channel, or what they may do there, passes here, so that what was looked up still holds when it is acted
 * upon, and so that the rooms hear of changes in the order in which the store made them.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import { nameOf } from '#relay/channels/names.ts'

/** As much waits as is asked for: a client has one message handled at a time. */
export class Turns {
  /** The last that was asked for. A key without work is not kept. */
  readonly #last = new Map<string, Promise<unknown>>()

  /** Work on the membership of these identities in this channel. */
  ofMembers<Result>(
    channel: ChannelId,
    identities: readonly IdentityKey[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    const room = nameOf(channel)
    const keys = identities.map((identity) => `${room} ${nameOf(identity)}`)
    // In an order that is the same for everybody: two that need the same keys never wait for each other.
    return this.#takeAll([...new Set(keys)].toSorted(), work)
  }

  take<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#last.get(key)
    const result = before === undefined ? work() : before.then(work)
    const over = result.then(nothing, nothing).then(() => {
      if (this.#last.get(key) === over) this.#last.delete(key)
    })
    this.#last.set(key, over)
    return result
  }

  /** How many keys have work. */
  get size(): number {
    return this.#last.size
  }

  #takeAll<Result>(keys: readonly string[], work: () => Promise<Result>): Promise<Result> {
    const [first, ...rest] = keys
    if (first === undefined) return work()
    return this.take(first, () => this.#takeAll(rest, work))
  }
}

function nothing(): void {}

/**
 * @module Bundles and pools of keys that are handed out once, in memory.
 */
import type { MailboxId } from '@sotto/wire'
import {
  poolsOf,
  type BundleFormat,
  type BundlePublication,
  type BundleStore,
  type PublishOutcome,
  type TakenBundle,
} from '#store/store.ts'
import { copyOf, keyOf, type MemoryMailboxes } from '#store/memory/mailboxes.ts'

/** Keys by their hex, oldest first. */
type Pool = ReadonlyMap<string, Uint8Array>

interface Bundle {
  readonly shared: Uint8Array
  readonly pools: readonly Pool[]
}

export class MemoryBundles implements BundleStore {
  readonly #bundles = new Map<string, Bundle>()
  readonly #mailboxes: MemoryMailboxes

  constructor(mailboxes: MemoryMailboxes) {
    this.#mailboxes = mailboxes
  }

  async publish(publication: BundlePublication): Promise<PublishOutcome> {
    const { mailbox, format, shared, replace, maxKeys } = publication
    if (publication.pools.length !== poolsOf[format]) {
      throw new RangeError(
        `Cannot publish bundle: ${publication.pools.length} pools, ${poolsOf[format]} required`,
      )
    }
    if (!this.#mailboxes.isOpen(mailbox)) return { kind: 'unknown-mailbox' }
    const name = nameOf(mailbox, format)
    const resting = replace ? undefined : this.#bundles.get(name)?.pools
    const pools = publication.pools.map((added, index) => {
      const pool = new Map(resting?.[index])
      for (const key of added) pool.set(keyOf(key), copyOf(key))
      return new Map([...pool].slice(Math.max(0, pool.size - maxKeys)))
    })
    this.#bundles.set(name, { shared: copyOf(shared), pools })
    return { kind: 'published', counts: pools.map((pool) => pool.size) }
  }

  async take(
    mailbox: MailboxId,
    format: BundleFormat,
    consume: boolean,
  ): Promise<TakenBundle | undefined> {
    const name = nameOf(mailbox, format)
    const bundle = this.#bundles.get(name)
    if (bundle === undefined) return undefined
    const keys = bundle.pools.map((pool) => (consume ? [...pool.values()][0] : undefined))
    const pools = bundle.pools.map((pool) => new Map([...pool].slice(consume ? 1 : 0)))
    this.#bundles.set(name, { shared: bundle.shared, pools })
    return { shared: bundle.shared, keys, remaining: pools.map((pool) => pool.size) }
  }

  async counts(mailbox: MailboxId, format: BundleFormat): Promise<readonly number[]> {
    const pools = this.#bundles.get(nameOf(mailbox, format))?.pools
    return pools?.map((pool) => pool.size) ?? Array.from({ length: poolsOf[format] }, () => 0)
  }
}

function nameOf(mailbox: MailboxId, format: BundleFormat): string {
  return `${format} ${mailbox}`
}

/**
 * @module Bundles and pools of keys that are handed out once, in SQLite. A key is taken in the writing thread, where one
 * operation runs after the other: that is what hands it out at most once.
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
import type { Connection, Statement } from '#store/sqlite/driver.ts'
import type { MailboxWrites } from '#store/sqlite/mailbox-writes.ts'
import type { SqliteMailboxes } from '#store/sqlite/mailboxes.ts'
import type { Writer } from '#store/sqlite/writer.ts'

const selectBundleSql = 'SELECT number, shared FROM bundle WHERE mailbox = ? AND format = ?'
const countSql = 'SELECT count(*) AS count FROM pool_key WHERE bundle = ? AND pool = ?'

interface BundleRow {
  readonly number: number
  readonly shared: Uint8Array
}

interface KeyRow {
  readonly number: number
  readonly body: Uint8Array
}

// ------------------------------------------------------------------------------------- the writing thread

interface TakeInput {
  readonly mailbox: MailboxId
  readonly format: BundleFormat
  readonly consume: boolean
}

export function bundlePrograms(
  connection: Connection,
  mailboxes: MailboxWrites,
): Readonly<Record<string, (input: never) => unknown>> {
  const selectBundle = connection.prepare<BundleRow>(selectBundleSql)
  const putBundle = connection.prepare<{ number: number }>(
    `INSERT INTO bundle (mailbox, format, shared) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET shared = excluded.shared RETURNING number`,
  )
  const selectKeys = connection.prepare<KeyRow>(
    'SELECT number, body FROM pool_key WHERE bundle = ? AND pool = ? ORDER BY number',
  )
  const selectOldest = connection.prepare<KeyRow>(
    'SELECT number, body FROM pool_key WHERE bundle = ? AND pool = ? ORDER BY number LIMIT 1',
  )
  const insertKey = connection.prepare('INSERT INTO pool_key (bundle, pool, body) VALUES (?, ?, ?)')
  const removeKey = connection.prepare('DELETE FROM pool_key WHERE number = ?')
  const removeKeys = connection.prepare('DELETE FROM pool_key WHERE bundle = ?')
  const countKeys = connection.prepare<{ count: number }>(countSql)

  /** Adds what is new, oldest first, and returns how many keys the pool has then. */
  function fill(bundle: number, pool: number, added: readonly Uint8Array[], max: number): number {
    const resting = selectKeys.all(bundle, pool)
    const known = new Set(resting.map((key) => textOf(key.body)))
    const fresh: Uint8Array[] = []
    for (const key of added) {
      const text = textOf(key)
      if (known.has(text)) continue
      known.add(text)
      fresh.push(key)
    }
    const surplus = Math.max(0, resting.length + fresh.length - max)
    for (const key of resting.slice(0, surplus)) removeKey.run(key.number)
    const kept = fresh.slice(Math.max(0, surplus - resting.length))
    for (const key of kept) insertKey.run(bundle, pool, key)
    return Math.max(0, resting.length - surplus) + kept.length
  }

  function publish(publication: BundlePublication): PublishOutcome {
    const { format, shared, pools, replace, maxKeys } = publication
    const mailbox = mailboxes.numberOf(publication.mailbox)
    if (mailbox === undefined) return { kind: 'unknown-mailbox' }
    const bundle = putBundle.get(mailbox, format, shared)?.number
    if (bundle === undefined) throw new TypeError('Cannot publish bundle: no row came back')
    if (replace) removeKeys.run(bundle)
    const counts = pools.map((added, pool) => fill(bundle, pool, added, maxKeys))
    return { kind: 'published', counts }
  }

  function takeOldest(bundle: number, pool: number): Uint8Array | undefined {
    const oldest = selectOldest.get(bundle, pool)
    if (oldest !== undefined) removeKey.run(oldest.number)
    return oldest?.body
  }

  function take({ mailbox, format, consume }: TakeInput): TakenBundle | undefined {
    const number = mailboxes.numberOf(mailbox)
    const bundle = number === undefined ? undefined : selectBundle.get(number, format)
    if (bundle === undefined) return undefined
    const pools = Array.from({ length: poolsOf[format] }, (_, pool) => pool)
    return {
      shared: bundle.shared,
      keys: pools.map((pool) => (consume ? takeOldest(bundle.number, pool) : undefined)),
      remaining: pools.map((pool) => countKeys.get(bundle.number, pool)?.count ?? 0),
    }
  }

  return { 'bundles.publish': publish, 'bundles.take': take }
}

function textOf(key: Uint8Array): string {
  return Buffer.from(key).toString('latin1')
}

// --------------------------------------------------------------------------------------- the relay's thread

export class SqliteBundles implements BundleStore {
  readonly #writer: Writer
  readonly #mailboxes: SqliteMailboxes
  readonly #selectBundle: Statement<BundleRow>
  readonly #count: Statement<{ count: number }>

  constructor(writer: Writer, reader: Connection, mailboxes: SqliteMailboxes) {
    this.#writer = writer
    this.#mailboxes = mailboxes
    this.#selectBundle = reader.prepare(selectBundleSql)
    this.#count = reader.prepare(countSql)
  }

  async publish(publication: BundlePublication): Promise<PublishOutcome> {
    const { format, pools } = publication
    if (pools.length !== poolsOf[format]) {
      throw new RangeError(
        `Cannot publish bundle: ${pools.length} pools, ${poolsOf[format]} required`,
      )
    }
    return await this.#writer.call('bundles.publish', publication)
  }

  take(
    mailbox: MailboxId,
    format: BundleFormat,
    consume: boolean,
  ): Promise<TakenBundle | undefined> {
    const input: TakeInput = { mailbox, format, consume }
    return this.#writer.call('bundles.take', input)
  }

  async counts(mailbox: MailboxId, format: BundleFormat): Promise<readonly number[]> {
    const number = this.#mailboxes.numberOf(mailbox)
    const bundle = number === undefined ? undefined : this.#selectBundle.get(number, format)
    return Array.from({ length: poolsOf[format] }, (_, pool) =>
      bundle === undefined ? 0 : (this.#count.get(bundle.number, pool)?.count ?? 0),
    )
  }
}

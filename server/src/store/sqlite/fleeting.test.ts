import { mkdtempSync, rmSync } from 'node:fs'
import { hash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { MailboxId } from '@sotto/wire'
import {
  boundless,
  envelopeTo,
  fresh,
  freshId,
  freshIdentity,
  freshMailbox,
  now,
  roomy,
  textsIn,
} from '#store/samples-for-tests.ts'
import { checksumOf } from '#store/sqlite/batch.ts'
import { selectDriver, type Connection } from '#store/sqlite/driver.ts'
import { addressOf } from '#store/sqlite/mailbox-writes.ts'
import { migrate } from '#store/sqlite/migrate.ts'
import { migrations } from '#store/sqlite/migrations/all.ts'
import { openSqliteStore, type SqliteSettings, type SqliteStore } from '#store/sqlite/open.ts'
import { tagOf } from '#store/sqlite/pending-queue.ts'
import { envelopeOverheadBytes, StoreError } from '#store/store.ts'

const cleanups: (() => PromiseLike<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-fleeting-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'relay.db')
}

async function openAt(path: string, settings: Partial<SqliteSettings> = {}): Promise<SqliteStore> {
  const store = await openSqliteStore({ path, ...settings })
  cleanups.push(() => store[Symbol.asyncDispose]())
  return store
}

/** Closed when `use` is done. */
async function withFile<T>(path: string, use: (connection: Connection) => T): Promise<Awaited<T>> {
  const connection = (await selectDriver())(path, { readOnly: false })
  try {
    return await use(connection)
  } finally {
    connection.close()
  }
}

/** How many rows there are of each. */
function rowsIn(connection: Connection): Readonly<Record<string, number>> {
  const count = (table: string): number =>
    connection.prepare<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`).get()?.rows ?? -1
  return { mailbox: count('mailbox'), inbox: count('inbox'), envelope: count('envelope') }
}

const everything = { after: 0, maxEnvelopes: 100, maxBytes: 1 << 30, nowMillis: now }

describe('A fleeting mailbox on the disk', () => {
  test('is its envelopes, and leaves no row when they are gone', async () => {
    const path = newPath()
    const store = await openAt(path)
    const sent = [freshMailbox(), freshMailbox()].map((mailbox) => envelopeTo(mailbox, 'waits'))
    for (const one of sent) await store.mailboxes.depositFleeting(one, boundless)
    expect(await withFile(path, rowsIn)).toEqual({ mailbox: 0, inbox: 2, envelope: 2 })
    for (const { mailbox, id } of sent) await store.mailboxes.acknowledge(mailbox, [id])
    expect(await withFile(path, rowsIn)).toEqual({ mailbox: 0, inbox: 0, envelope: 0 })
  })

  test('leaves nothing behind, in memory nor on the disk, when what makes it is not written', async () => {
    const path = newPath()
    const store = await openAt(path, { maxPages: 60 })
    const size = 16_000
    const limits = { ...boundless, maxTotalBytes: 80 * (size + envelopeOverheadBytes) }
    const sent = Array.from({ length: 80 }, () =>
      envelopeTo(freshMailbox(), '', { body: new Uint8Array(size) }),
    )
    const deposit = () =>
      Promise.allSettled(sent.map((one) => store.mailboxes.depositFleeting(one, limits)))
    const answers = await deposit()
    const stored = answers.filter(({ status }) => status === 'fulfilled').length
    expect(stored).toBeGreaterThan(0)
    expect(stored).toBeLessThan(80)
    for (const [i, { mailbox }] of sent.entries()) {
      const { envelopes } = await store.mailboxes.collect(mailbox, everything)
      expect(envelopes).toHaveLength(answers[i]?.status === 'fulfilled' ? 1 : 0)
    }
    expect(store.mailboxes.count()).toBe(stored)
    expect(await withFile(path, rowsIn)).toEqual({ mailbox: 0, inbox: stored, envelope: stored })
    // And takes no room from others: the bound is not what refuses.
    for (const { mailbox } of sent) await store.mailboxes.purge(mailbox)
    for (const answer of await deposit()) {
      if (answer.status === 'fulfilled') expect(answer.value.kind).toBe('stored')
      else expect((answer.reason as StoreError).code).toBe('disk-full')
    }
  })

  test.each([
    ['the address', `UPDATE inbox SET address = ?`],
    ['the number', `UPDATE inbox SET mailbox = 1, address = NULL WHERE ? IS NOT NULL`],
  ])('is not delivered when %s was damaged', async (_, sql) => {
    const path = newPath()
    const store = await openAt(path)
    const [mailbox, other] = [freshMailbox(), freshMailbox()]
    await store.mailboxes.open(other)
    await store.mailboxes.depositFleeting(envelopeTo(mailbox, 'waits'), boundless)
    await store[Symbol.asyncDispose]()
    cleanups.pop()
    await withFile(path, (connection) => connection.prepare(sql).run(addressOf(other)))
    const again = await openAt(path)
    expect(await textsIn(again, mailbox)).toEqual([])
    const found = await again.mailboxes.collect(other, everything)
    expect([found.envelopes.length, found.damaged]).toEqual([0, 1])
  })
})

describe('A database from before fleeting mailboxes', () => {
  interface Old {
    open(mailbox: MailboxId): number
    deposit(mailbox: number, text: string, sender?: Uint8Array): void
    readonly connection: Connection
  }

  /** Made as that release made it. */
  async function made(fill: (old: Old) => void): Promise<string> {
    const path = newPath()
    await withFile(path, async (connection) => {
      await migrate(connection, migrations.slice(0, 4))
      const insertMailbox = connection.prepare<{ number: number }>(
        'INSERT INTO mailbox (address) VALUES (?) RETURNING number',
      )
      const insertEnvelope = connection.prepare('INSERT INTO envelope VALUES (?, ?, ?, ?, ?, ?, ?)')
      const insertInbox = connection.prepare('INSERT INTO inbox VALUES (?, ?, ?, ?, ?)')
      let sequence = 0
      fill({
        connection,
        open: (mailbox) => insertMailbox.get(addressOf(mailbox))?.number ?? 0,
        deposit(mailbox, text, sender) {
          const id = freshId()
          const body = new TextEncoder().encode(text)
          const [acceptedAtMillis, expiresAtMillis] = [now, now + 1000]
          sequence++
          const checksum = checksumOf({
            sequence,
            mailbox,
            address: undefined,
            acceptedAtMillis,
            expiresAtMillis,
            kind: 0,
            id,
            sender,
            body,
          })
          insertEnvelope.run(sequence, id, 0, sender ?? null, body, acceptedAtMillis, checksum)
          insertInbox.run(sequence, mailbox, tagOf(id), expiresAtMillis, body.length)
        },
      })
    })
    return path
  }

  /** What `mailboxOf` of the live door makes of them. */
  const ofIdentity = (key: Uint8Array, device: number): MailboxId => {
    const named = Buffer.concat([Buffer.from('sotto/mailbox/mobium/1'), key, Uint8Array.of(device)])
    return hash('sha256', named, 'hex') as MailboxId
  }

  test('gives its oblivious mailboxes with their mail, without their rows, and nobody else’s', async () => {
    const [full, busy, empty, account] = [1, 2, 3, 4].map(freshMailbox)
    const bundled = freshMailbox()
    const identity = freshIdentity()
    const [first, last] = [ofIdentity(identity, 1), ofIdentity(identity, 127)]
    if (!full || !busy || !empty || !account) throw new TypeError('not drawn')
    const path = await made(({ connection, open, deposit }) => {
      const [one, two] = [open(full), open(busy)]
      open(empty)
      const owned = open(account)
      connection
        .prepare('INSERT INTO device VALUES (?, ?, 1, 1, ?, ?)')
        .run(owned, fresh(33), fresh(33), fresh(64))
      connection
        .prepare(`INSERT INTO bundle (mailbox, format, shared) VALUES (?, 'x3dh', ?)`)
        .run(open(bundled), fresh(8))
      connection.prepare('INSERT INTO identity (key) VALUES (?)').run(identity)
      const device = open(first)
      open(last)
      deposit(one, 'full 1')
      deposit(owned, 'account 1', fresh(16))
      deposit(two, 'busy 1')
      deposit(one, 'full 2')
      deposit(device, 'device 1', fresh(32))
    })

    const store = await openAt(path)
    expect(store.applied).toEqual(['0005-fleeting'])
    expect(await textsIn(store, full)).toEqual(['full 1', 'full 2'])
    expect(await textsIn(store, busy)).toEqual(['busy 1'])
    expect(await textsIn(store, account)).toEqual(['account 1'])
    expect(await textsIn(store, first)).toEqual(['device 1'])
    expect(await withFile(path, rowsIn)).toEqual({ mailbox: 4, inbox: 5, envelope: 5 })
    for (const opened of [account, bundled, first, last]) {
      const outcome = await store.mailboxes.deposit(envelopeTo(opened, 'more'), roomy)
      expect(outcome.kind).toBe('stored')
    }
    const more = await store.mailboxes.depositFleeting(envelopeTo(full, 'full 3'), boundless)
    expect(more.kind).toBe('stored')
    expect(await textsIn(store, full)).toEqual(['full 1', 'full 2', 'full 3'])
    for (const mailbox of [full, busy]) await store.mailboxes.purge(mailbox)
    expect(await withFile(path, rowsIn)).toEqual({ mailbox: 4, inbox: 6, envelope: 6 })
  })

  test('does not make whole what was damaged, and loses nothing of a row whose record is gone', async () => {
    const [mailbox, other] = [freshMailbox(), freshMailbox()]
    const path = await made(({ connection, open, deposit }) => {
      const one = open(mailbox)
      for (const text of ['whole', 'damaged', 'whole again']) deposit(one, text)
      deposit(open(other), 'gone')
      connection.exec('UPDATE envelope SET kind = 9 WHERE sequence = 2')
      connection.exec('DELETE FROM envelope WHERE sequence = 4')
    })
    const store = await openAt(path)
    expect(await textsIn(store, mailbox)).toEqual(['whole', 'whole again'])
    expect((await store.mailboxes.collect(mailbox, everything)).damaged).toBe(1)
    expect((await store.mailboxes.collect(other, everything)).damaged).toBe(1)
    expect(await withFile(path, rowsIn)).toEqual({ mailbox: 0, inbox: 4, envelope: 3 })
  })
})

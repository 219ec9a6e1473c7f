import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import { selectDriver, type Connection } from '#store/sqlite/driver.ts'
import { migrate } from '#store/sqlite/migrate.ts'
import { openSqliteStore, type SqliteSettings, type SqliteStore } from '#store/sqlite/open.ts'
import { StoreError, type DepositLimits, type NewEnvelope } from '#store/store.ts'

const cleanups: (() => PromiseLike<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-sqlite-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function openIn(
  folder: string,
  settings: Partial<SqliteSettings> = {},
): Promise<SqliteStore> {
  const store = await openSqliteStore({ path: join(folder, 'relay.db'), ...settings })
  cleanups.push(() => store[Symbol.asyncDispose]())
  return store
}

async function connect(folder: string): Promise<Connection> {
  const open = await selectDriver()
  const connection = open(join(folder, 'relay.db'), { readOnly: false })
  cleanups.push(() => connection.close())
  return connection
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new TypeError('did not reject')
}

const mailbox = '03'.repeat(32) as MailboxId
const roomy: DepositLimits = { maxEnvelopes: 10_000, maxBytes: 1 << 30, whenFull: 'refuse' }
const query = { after: 0, maxEnvelopes: 10_000, maxBytes: 1 << 30, nowMillis: 1 }

function envelope(number: number, body = new Uint8Array(100).fill(number)): NewEnvelope {
  return {
    mailbox,
    id: new Uint8Array(16).fill(number) as EnvelopeId,
    idMayRepeat: false,
    kind: 1,
    sender: new Uint8Array(16).fill(9),
    body,
    acceptedAtMillis: 1,
    expiresAtMillis: 1000,
  }
}

describe('damage', () => {
  async function damaged(sql: string): Promise<{ found: number[]; damaged: number }> {
    const folder = newFolder()
    const store = await openIn(folder)
    await store.mailboxes.open(mailbox)
    for (const number of [1, 2, 3]) await store.mailboxes.deposit(envelope(number), roomy)
    await store[Symbol.asyncDispose]()
    const connection = await connect(folder)
    connection.exec(sql)
    connection.close()
    cleanups.pop()
    const again = await openIn(folder)
    const collected = await again.mailboxes.collect(mailbox, query)
    expect(again.mailboxes.count()).toBe(3)
    return {
      found: collected.envelopes.map((found) => found.id[0] ?? 0),
      damaged: collected.damaged,
    }
  }
  const second = 'sequence = (SELECT min(sequence) + 1 FROM envelope)'

  test.each([
    [
      'one bit of the body',
      `UPDATE envelope SET body = CAST(substr(body, 1, 99) || x'03' AS BLOB) WHERE ${second}`,
    ],
    ['the id', `UPDATE envelope SET id = zeroblob(16) WHERE ${second}`],
    ['the sender', `UPDATE envelope SET sender = NULL WHERE ${second}`],
    ['the kind', `UPDATE envelope SET kind = kind + 1 WHERE ${second}`],
    ['the time', `UPDATE envelope SET accepted_at = accepted_at + 1 WHERE ${second}`],
    ['the expiry', `UPDATE inbox SET expires_at = expires_at + 1 WHERE ${second}`],
    ['the checksum', `UPDATE envelope SET checksum = checksum + 1 WHERE ${second}`],
    ['the whole record', `DELETE FROM envelope WHERE ${second}`],
  ])('a change of %s is found, reported and not delivered; its neighbours are', async (_, sql) => {
    expect(await damaged(sql)).toEqual({ found: [1, 3], damaged: 1 })
  })

  test('an envelope that a flipped bit put into a foreign mailbox is not delivered there', async () => {
    const folder = newFolder()
    const store = await openIn(folder)
    const other = '04'.repeat(32) as MailboxId
    await store.mailboxes.open(mailbox)
    await store.mailboxes.open(other)
    await store.mailboxes.deposit(envelope(1), roomy)
    await store[Symbol.asyncDispose]()
    const connection = await connect(folder)
    connection.exec('UPDATE inbox SET mailbox = 2')
    connection.close()
    cleanups.pop()
    const again = await openIn(folder)
    const found = await again.mailboxes.collect(other, query)
    expect({ envelopes: found.envelopes.length, damaged: found.damaged }).toEqual({
      envelopes: 0,
      damaged: 1,
    })
  })

  test('damaged records do not hide what is behind them from a reader with a small window', async () => {
    const folder = newFolder()
    const store = await openIn(folder)
    await store.mailboxes.open(mailbox)
    for (const number of [1, 2, 3]) await store.mailboxes.deposit(envelope(number), roomy)
    await store[Symbol.asyncDispose]()
    const connection = await connect(folder)
    connection.exec(
      `UPDATE envelope SET kind = 7 WHERE NOT sequence = (SELECT max(sequence) FROM envelope)`,
    )
    connection.close()
    cleanups.pop()
    const again = await openIn(folder)
    const found = await again.mailboxes.collect(mailbox, { ...query, maxEnvelopes: 1 })
    expect(found.envelopes.map((one) => one.id[0])).toEqual([3])
    expect(found.damaged).toBe(2)
  })
})

describe('a full disk', () => {
  test('refuses what does not fit, keeps what was answered, and goes on when there is room', async () => {
    const folder = newFolder()
    const store = await openIn(folder, { maxPages: 60 })
    await store.mailboxes.open(mailbox)
    const bodies = Array.from({ length: 80 }, (_, i) =>
      envelope(i + 1, new Uint8Array(16_000).fill(i)),
    )
    const answers = await Promise.allSettled(
      bodies.map((one) => store.mailboxes.deposit(one, roomy)),
    )
    const refused = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused.length).toBeGreaterThan(0)
    for (const reason of refused) {
      expect(reason).toBeInstanceOf(StoreError)
      expect((reason as StoreError).code).toBe('disk-full')
    }
    const stored = answers.flatMap((one, i) => (one.status === 'fulfilled' ? [i + 1] : []))
    expect(stored.length).toBeGreaterThan(0)
    const found = await store.mailboxes.collect(mailbox, query)
    expect(found.envelopes.map((one) => one.id[0])).toEqual(stored)
    expect(store.mailboxes.count()).toBe(stored.length)

    expect(await store.mailboxes.purge(mailbox)).toBe(stored.length)
    const again = await store.mailboxes.deposit(envelope(200), roomy)
    expect(again.kind).toBe('stored')
  })

  test('fails only the operations of a batch that do not fit', async () => {
    const store = await openIn(newFolder(), { maxPages: 60 })
    await store.mailboxes.open(mailbox)
    const huge = envelope(2, new Uint8Array(1_000_000))
    const answers = await Promise.allSettled([
      store.mailboxes.deposit(envelope(1), roomy),
      store.mailboxes.deposit(huge, roomy),
      store.mailboxes.deposit(envelope(3), roomy),
    ])
    expect(answers.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    const found = await store.mailboxes.collect(mailbox, query)
    expect(found.envelopes.map((one) => one.id[0])).toEqual([1, 3])
  })
})

describe('opening', () => {
  test('refuses a folder that another store holds, and takes it when that one is gone', async () => {
    const folder = newFolder()
    const first = await openIn(folder)
    const error = await rejection(openSqliteStore({ path: join(folder, 'relay.db') }))
    expect(error).toBeInstanceOf(StoreError)
    expect((error as StoreError).message).toContain('another process holds its lock file')
    await first.mailboxes.open(mailbox)
    await first[Symbol.asyncDispose]()
    await openIn(folder)
  })

  test('refuses a file that is not a database, and one of a newer or an edited release', async () => {
    const folder = newFolder()
    const store = await openIn(folder)
    await store[Symbol.asyncDispose]()
    const connection = await connect(folder)
    connection.exec(`INSERT INTO migration VALUES (99, '0099-from-the-future', 'x')`)
    const newer = await rejection(openSqliteStore({ path: join(folder, 'relay.db') }))
    expect((newer as StoreError).message).toContain('newer release')
    connection.exec(`DELETE FROM migration WHERE position = 99; UPDATE migration SET digest = 'x'`)
    const edited = await rejection(openSqliteStore({ path: join(folder, 'relay.db') }))
    expect((edited as StoreError).message).toContain('differs from the one')
  })

  test('refuses the database of another program, and leaves it as it was', async () => {
    const folder = newFolder()
    const connection = await connect(folder)
    connection.exec('CREATE TABLE users (name TEXT)')
    const before = readFileSync(join(folder, 'relay.db'))
    const foreign = await rejection(openSqliteStore({ path: join(folder, 'relay.db') }))
    expect((foreign as StoreError).message).toContain('another program')
    expect(readFileSync(join(folder, 'relay.db')).equals(before)).toBe(true)
  })

  test('a schema step that fails leaves nothing of itself', async () => {
    const folder = newFolder()
    await (await openIn(folder))[Symbol.asyncDispose]()
    const connection = await connect(folder)
    connection.exec('DELETE FROM migration')
    const steps = [{ name: 'a', sql: 'CREATE TABLE half (x) STRICT; CREATE TABLE half (x)' }]
    await expect(migrate(connection, steps)).rejects.toThrow('Cannot apply schema step "a"')
    expect(() => connection.exec('SELECT * FROM half')).toThrow()
  })

  test('closing empties the log and refuses what comes afterwards', async () => {
    const folder = newFolder()
    const store = await openIn(folder)
    await store.mailboxes.open(mailbox)
    const last = store.mailboxes.deposit(envelope(1), roomy)
    await store[Symbol.asyncDispose]()
    expect((await last).kind).toBe('stored')
    const late = await rejection(store.mailboxes.deposit(envelope(2), roomy))
    expect((late as StoreError).code).toBe('closed')
    const log = statSync(join(folder, 'relay.db-wal'), { throwIfNoEntry: false })
    expect(log?.size ?? 0).toBe(0)
  })

  test('waits for the disk: the file is opened with a full sync, a log, and overwriting deletes', async () => {
    const { writerPragmas } = await import('#store/sqlite/pragmas.ts')
    const folder = newFolder()
    await (await openIn(folder))[Symbol.asyncDispose]()
    const connection = await connect(folder)
    connection.exec(writerPragmas)
    const read = (name: string): unknown =>
      Object.values(connection.prepare<Record<string, unknown>>(`PRAGMA ${name}`).get() ?? {})[0]
    expect(read('journal_mode')).toBe('wal')
    expect(read('synchronous')).toBe(2)
    expect(read('secure_delete')).toBe(1)
    expect(read('page_size')).toBe(8192)
  })

  test('what was acknowledged is not left in the files', async () => {
    const folder = newFolder()
    const store = await openIn(folder, { idleCheckpointMillis: 20 })
    await store.mailboxes.open(mailbox)
    const secret = new TextEncoder().encode('a sentence that must not stay on the disk'.repeat(10))
    const sent = envelope(1, secret)
    await store.mailboxes.deposit(sent, roomy)
    await store.mailboxes.acknowledge(mailbox, [sent.id])
    await store[Symbol.asyncDispose]()
    expect(readFileSync(join(folder, 'relay.db')).includes('a sentence that must not')).toBe(false)
  })
})

describe('too much at once', () => {
  test('is refused as busy, and changes nothing', async () => {
    const store = await openIn(newFolder())
    await store.mailboxes.open(mailbox)
    const large = new Uint8Array(2 * 1024 * 1024)
    const answers = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => store.mailboxes.deposit(envelope(i, large), roomy)),
    )
    const refused = answers.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused.length).toBeGreaterThan(20)
    for (const reason of refused) expect((reason as StoreError).code).toBe('busy')
    expect(store.mailboxes.count()).toBe(100 - refused.length)
    expect((await store.mailboxes.deposit(envelope(200), roomy)).kind).toBe('stored')
  })
})

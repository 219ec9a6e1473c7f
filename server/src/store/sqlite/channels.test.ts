import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { ChannelStore, HistoryQuery } from '#store/channels.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import {
  at,
  channelIn,
  freshMailbox,
  keepsAll,
  newChannel,
  now,
  postBy,
} from '#store/samples-for-tests.ts'
import { selectDriver } from '#store/sqlite/driver.ts'
import { openSqliteStore, type SqliteSettings, type SqliteStore } from '#store/sqlite/open.ts'

const cleanups: (() => PromiseLike<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
})

async function openIn(
  folder: string | undefined,
  settings: Partial<SqliteSettings> = {},
): Promise<{ store: SqliteStore; folder: string }> {
  const place = folder ?? mkdtempSync(join(tmpdir(), 'sotto-channels-'))
  cleanups.push(() => rmSync(place, { recursive: true, force: true }))
  const store = await openSqliteStore({ path: join(place, 'relay.db'), ...settings })
  cleanups.push(() => store[Symbol.asyncDispose]())
  return { store, folder: place }
}

function pageFor(reader: IdentityKey, changes: Partial<HistoryQuery> = {}): HistoryQuery {
  return {
    reader,
    after: 0,
    afterSecond: undefined,
    maxMessages: 1000,
    maxBytes: 1 << 20,
    nowMillis: now,
    ...changes,
  }
}

describe('beside the twin in memory', () => {
  interface Names {
    channel(index: number): ChannelId
    identity(index: number): IdentityKey
  }
  type Step = (channels: ChannelStore, names: Names) => Promise<unknown>

  const who = fc.nat({ max: 4 })
  const where = fc.nat({ max: 1 })
  const small = fc.nat({ max: 4 })
  const hash = fc.nat({ max: 2 }).map((index) => new Uint8Array(32).fill(index))
  const time = fc.nat({ max: 3000 })
  const access = fc.constantFrom('public' as const, 'private' as const)
  const body = fc.uint8Array({ maxLength: 6 })
  const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

  const steps: fc.Arbitrary<Step>[] = [
    fc.tuple(where, who, body, access, time).map(
      ([c, i, metadata, mode, nowMillis]) =>
        (channels, names) =>
          channels.create(
            { channel: names.channel(c), metadata, access: mode, nowMillis },
            names.identity(i),
          ),
    ),
    fc.tuple(where, who, maybe(hash), maybe(access), small, time).map(
      ([c, i, inviteHash, mode, maxMembers, nowMillis]) =>
        (channels, names) =>
          channels.join({
            channel: names.channel(c),
            identity: names.identity(i),
            inviteHash,
            ifMissing: mode && { metadata: new Uint8Array(3), access: mode },
            maxMembers: maxMembers + 1,
            nowMillis,
          }),
    ),
    fc.tuple(where, who).map(
      ([c, i]) =>
        (channels, names) =>
          channels.leave(names.channel(c), names.identity(i)),
    ),
    fc.tuple(where, who, fc.constantFrom('owner', 'moderator', 'member')).map(
      ([c, i, role]) =>
        (channels, names) =>
          channels.setRole(names.channel(c), names.identity(i), role),
    ),
    fc.tuple(where, access).map(
      ([c, mode]) =>
        (channels, names) =>
          channels.setAccess(names.channel(c), mode),
    ),
    fc.tuple(where, who, maybe(fc.constantFrom('a', 'b')), fc.boolean()).map(
      ([c, i, reason, isBan]) =>
        (channels, names) =>
          isBan
            ? channels.ban(names.channel(c), names.identity(i), reason)
            : channels.unban(names.channel(c), names.identity(i)),
    ),
    fc.tuple(where, hash, small, maybe(time)).map(
      ([c, given, uses, expiresAtMillis]) =>
        (channels, names) =>
          channels.invite(names.channel(c), { hash: given, uses, expiresAtMillis }),
    ),
    fc.tuple(where, who, small, body, time, time, small, fc.nat({ max: 20 })).map(
      ([c, i, id, text, acceptedAtMillis, lifetime, maxMessages, maxBytes]) =>
        (channels, names) =>
          channels.post(
            {
              channel: names.channel(c),
              sender: names.identity(i),
              id: new Uint8Array(16).fill(id),
              body: text,
              bucket: id - 2,
              acceptedAtMillis,
              expiresAtMillis: acceptedAtMillis + lifetime,
            },
            { maxMessages, maxBytes },
          ),
    ),
    fc.tuple(where, who, body, fc.array(fc.tuple(who, body), { maxLength: 3 })).map(
      ([c, i, publicKey, given]) =>
        (channels, names) =>
          channels.keepSenderKeys(
            names.channel(c),
            {
              sender: names.identity(i),
              senderExchangeKey: { publicKey, signature: undefined },
            },
            given.map(([recipient, distribution]) => ({
              recipient: names.identity(recipient),
              distribution,
            })),
          ),
    ),
    fc.tuple(where, who, body, maybe(small), small, small).map(
      ([c, i, record, after, maxRecords, maxOfMember]) =>
        (channels, names) =>
          channels.append(names.channel(c), names.identity(i), record, {
            after,
            maxRecords,
            maxOfMember,
          }),
    ),
    time.map((nowMillis) => (channels) => channels.expire(nowMillis, 1000)),
  ]

  const page: fc.Arbitrary<Step> = fc
    .tuple(where, who, small, maybe(small), small, fc.nat({ max: 20 }), time)
    .map(
      ([c, i, after, afterSecond, maxMessages, maxBytes, nowMillis]) =>
        (channels, names) =>
          channels.history(names.channel(c), {
            reader: names.identity(i),
            after,
            afterSecond,
            maxMessages,
            maxBytes,
            nowMillis,
          }),
    )

  /** Everything that can be read. What has no order that was promised is sorted. */
  async function everything(channels: ChannelStore, names: Names): Promise<unknown[]> {
    const seen: unknown[] = []
    for (const c of [0, 1]) {
      const channel = names.channel(c)
      seen.push(
        await channels.access(channel),
        await channels.metadata(channel),
        await channels.members(channel),
        await channels.bans(channel),
        await channels.records(channel, 0, 100),
        await channels.records(channel, 1, 1),
      )
      for (const i of [0, 1, 2, 3, 4]) {
        const identity = names.identity(i)
        const keys = await channels.senderKeysFor(channel, identity)
        seen.push(
          await channels.membership(channel, identity),
          await channels.history(channel, pageFor(identity, { nowMillis: 0 })),
          await channels.history(channel, pageFor(identity, { nowMillis: 0, afterSecond: 0 })),
          keys.map(plain).toSorted(),
        )
      }
    }
    for (const i of [0, 1, 2, 3, 4]) {
      seen.push((await channels.channelsOf(names.identity(i))).map(plain).toSorted())
    }
    return seen
  }

  /** Two buffers of different kinds with the same bytes are the same. */
  function plain(value: unknown): string {
    return JSON.stringify(value, (_, field: unknown) =>
      field instanceof Uint8Array ? Buffer.from(field).toString('hex') : field,
    )
  }

  test('says and keeps the same, whatever is asked of both', async () => {
    const { channels: memory } = openMemoryStore()
    const { channels: sqlite } = (await openIn(undefined)).store
    let round = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(...steps), { maxLength: 60, size: 'max' }),
        fc.array(page, { minLength: 5, maxLength: 5 }),
        async (chosen, pages) => {
          const own = ++round
          const name = (kind: number, index: number): Uint8Array => {
            const bytes = new Uint8Array(32).fill(kind)
            new DataView(bytes.buffer).setUint32(0, own * 16 + index)
            return bytes
          }
          const names: Names = {
            channel: (index) => name(1, index) as ChannelId,
            identity: (index) => name(2, index) as IdentityKey,
          }
          const first = newChannel({ channel: names.channel(0) })
          const outcomes = async (channels: ChannelStore): Promise<string[]> => {
            // Without waiting in between, so that they share commits.
            const written = await Promise.all([
              channels.create(first, names.identity(0)),
              ...chosen.map((step) => step(channels, names)),
            ])
            const read = await Promise.all(pages.map((step) => step(channels, names)))
            return [...written, ...read, ...(await everything(channels, names))].map(plain)
          }
          expect(await outcomes(sqlite)).toEqual(await outcomes(memory))
        },
      ),
      { numRuns: 150 },
    )
  })
})

describe('damage', () => {
  async function damaged(
    sql: string,
  ): Promise<{ found: string[]; damaged: number; more: boolean }> {
    const { store, folder } = await openIn(undefined)
    const { channel, members } = await channelIn(store, 1)
    for (const text of ['first', 'second', 'third']) {
      await store.channels.post(postBy(channel, at(members, 0), text), keepsAll)
    }
    await store[Symbol.asyncDispose]()
    const connection = (await selectDriver())(join(folder, 'relay.db'), { readOnly: false })
    connection.exec(`PRAGMA foreign_keys=OFF; ${sql}`)
    connection.close()
    const again = await openIn(folder)
    const read = await again.store.channels.history(
      channel,
      pageFor(at(members, 0), { maxMessages: 2 }),
    )
    const found = read.messages.map((message) => new TextDecoder().decode(message.body))
    return { found, damaged: read.damaged, more: read.more }
  }

  test.each([
    ['one bit of the body', `body = CAST(substr(body, 1, 5) || x'65' AS BLOB)`],
    ['the id', 'id = zeroblob(16)'],
    ['the sender', 'sender = zeroblob(32)'],
    ['the bucket', 'bucket = bucket + 1'],
    ['the time', 'accepted_at = accepted_at + 1'],
    ['the expiry', 'expires_at = expires_at + 1'],
    ['the checksum', 'checksum = checksum + 1'],
  ])('a change of %s is found and counted, and its neighbours are read', async (_, change) => {
    const sql = `UPDATE channel_message SET ${change} WHERE sequence = 2`
    expect(await damaged(sql)).toEqual({ found: ['first', 'third'], damaged: 1, more: false })
  })

  test('a message that took the place of another is not read there', async () => {
    const sql = 'UPDATE channel_message SET sequence = 4 WHERE sequence = 1'
    expect(await damaged(sql)).toEqual({ found: ['second', 'third'], damaged: 0, more: true })
  })

  test('messages that a flipped bit put into a foreign channel are not read there', async () => {
    const { store, folder } = await openIn(undefined)
    const [here, there] = [await channelIn(store, 1), await channelIn(store, 1)]
    await store.channels.post(postBy(here.channel, at(here.members, 0), 'secret'), keepsAll)
    await store[Symbol.asyncDispose]()
    const connection = (await selectDriver())(join(folder, 'relay.db'), { readOnly: false })
    connection.exec('UPDATE channel_message SET channel = 2')
    connection.close()
    const again = await openIn(folder)
    const read = again.store.channels.history(there.channel, pageFor(at(there.members, 0)))
    expect(await read).toEqual({ messages: [], more: false, damaged: 1 })
  })
})

describe('on the disk', () => {
  test('whoever enters again as they were is not written', async () => {
    let operations = 0
    const { store } = await openIn(undefined, {
      onReport: (report) => (operations += report.kind === 'commit' ? report.operations : 0),
    })
    const { members } = await channelIn(store, 1)
    const identity = at(members, 0)
    const mailbox = freshMailbox()
    const signed = { publicKey: new Uint8Array(32), signature: new Uint8Array(64) }
    await store.identities.enter(identity, mailbox, signed)
    const before = operations
    await store.identities.enter(identity, mailbox, signed)
    await store.identities.enter(identity, mailbox, undefined)
    expect(operations).toBe(before)
    await store.identities.enter(identity, mailbox, { ...signed, signature: undefined })
    await store.identities.enter(identity, freshMailbox(), undefined)
    expect(operations).toBe(before + 2)
  })

  test('nothing of a channel is left when its last member went', async () => {
    const { store, folder } = await openIn(undefined)
    const { channel, members } = await channelIn(store, 2)
    const [first, second] = [at(members, 0), at(members, 1)]
    const secret = 'a sentence that must not stay on the disk'.repeat(10)
    await store.channels.post(postBy(channel, first, secret), keepsAll)
    await store.channels.invite(channel, {
      hash: new Uint8Array(32),
      uses: 1,
      expiresAtMillis: undefined,
    })
    await store.channels.append(channel, second, new Uint8Array(9), {
      after: undefined,
      maxRecords: 9,
      maxOfMember: 9,
    })
    const key = { sender: first, senderExchangeKey: { publicKey: first, signature: undefined } }
    const distributions = [{ recipient: channel as Uint8Array as IdentityKey, distribution: first }]
    await store.channels.keepSenderKeys(channel, key, distributions)
    await store.channels.ban(channel, second, 'why')
    const rows = async (): Promise<Record<string, number>> => {
      const connection = (await selectDriver())(join(folder, 'relay.db'), { readOnly: true })
      const tables = connection
        .prepare<{ name: string }>(
          `SELECT name FROM sqlite_schema WHERE type = 'table'
           AND (name LIKE 'channel%' OR name = 'sender_key')`,
        )
        .all()
      const counts = tables.map(({ name }): [string, number] => {
        const row = connection.prepare<{ count: number }>(`SELECT count(*) AS count FROM ${name}`)
        return [name, row.get()?.count ?? 0]
      })
      connection.close()
      return Object.fromEntries(counts)
    }
    expect(Object.values(await rows()).every((count) => count === 1)).toBe(true)
    await store.channels.leave(channel, first)
    expect(Object.values(await rows()).every((count) => count === 0)).toBe(true)
    await store[Symbol.asyncDispose]()
    const { readFileSync } = await import('node:fs')
    expect(readFileSync(join(folder, 'relay.db')).includes('a sentence that must not')).toBe(false)
  })

  test('more than what goes for one message goes with the next ones', async () => {
    const { store } = await openIn(undefined)
    const { channel, members } = await channelIn(store, 1)
    const owner = at(members, 0)
    const size = 5000
    await Promise.all(
      Array.from({ length: size }, () => store.channels.post(postBy(channel, owner, ''), keepsAll)),
    )
    const limits = { maxMessages: 2, maxBytes: 1000 }
    const count = async () =>
      (await store.channels.history(channel, pageFor(owner, { maxMessages: size }))).messages.length
    await store.channels.post(postBy(channel, owner, ''), limits)
    expect(await count()).toBe(size + 1 - 4096)
    await store.channels.post(postBy(channel, owner, ''), limits)
    expect(await count()).toBe(2)
  })

  test('large messages do not let the log grow without being copied back', async () => {
    let checkpoints = 0
    const { store } = await openIn(undefined, {
      idleCheckpointMillis: 600_000,
      onReport: (report) => (checkpoints += report.kind === 'checkpoint' ? 1 : 0),
    })
    const { channel, members } = await channelIn(store, 1)
    const body = new Uint8Array(1024 * 1024)
    for (let i = 0; i < 6; i++) {
      await store.channels.post(postBy(channel, at(members, 0), '', { body }), keepsAll)
    }
    expect(checkpoints).toBeGreaterThan(0)
  })
})

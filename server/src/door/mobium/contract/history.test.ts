/**
 * @module What a channel keeps, and how it is read (mobium reference §1.7, behaviours 47–54; W24).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChannelId } from '@sotto/wire'
import { openSqliteStore } from '#store/sqlite/open.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { parseIdentity } from '#door/mobium/address.ts'
import {
  arrive,
  depart,
  gather,
  joinChannel,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw, text, unhex } from '#door/mobium/contract/person-for-tests.ts'
import { numbered, read, rowsOf, say, wordsOf } from '#door/mobium/contract/history-for-tests.ts'

/** A clock that stands until a test moves it. */
let seconds = 1_900_000_000
const clock = { now: () => seconds * 1000 + 500 }
let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({ clock, database: 'memory' })
})
afterAll(() => relay[Symbol.asyncDispose]())

/** A channel of one with so many messages, one a second. */
async function filled(count: number) {
  const client = await arrive(relay)
  const channel_id = await gather(client)
  for (const words of numbered(1, count)) {
    seconds++
    await say(client, channel_id, words)
  }
  return { client, channel_id }
}

describe('History', () => {
  test('mobium 47: is not pushed at a login, and is there when it is asked for', async () => {
    using owner = await arrive(relay)
    using member = await arrive(relay)
    const channel_id = await gather(owner, member)
    await depart(relay, member)
    seconds++
    await say(owner, channel_id, 'meanwhile')
    using again = await arrive(relay, { person: member.person })
    await again.expectNothing()
    expect(wordsOf(await read(again, channel_id))).toEqual(['meanwhile'])
  })

  test('mobium 48: is empty for others, and of no channel', async () => {
    const { client: owner, channel_id } = await filled(3)
    using stranger = await arrive(relay)
    for (const id of [channel_id, draw()]) {
      expect(await read(stranger, id)).toEqual({
        type: 'history_response',
        channel_id: id,
        count: 0,
        messages: [],
      })
    }
    await owner.ask({ type: 'leave_channel', channel_id })
    expect((await read(owner, channel_id))['count']).toBe(0)
    owner[Symbol.dispose]()
  })

  test('mobium 49: begins behind the second of the joining', async () => {
    using owner = await arrive(relay)
    using joiner = await arrive(relay)
    const channel_id = await gather(owner)
    await say(owner, channel_id, 'before')
    seconds++
    await say(owner, channel_id, 'in the second before')
    await joinChannel(joiner, channel_id)
    await say(owner, channel_id, 'in the second after')
    seconds++
    await say(owner, channel_id, 'later')
    await joiner.sofar()
    expect(wordsOf(await read(joiner, channel_id))).toEqual(['later'])
  })

  test('mobium 50: goes on behind a second; a hundred at once unless told, a thousand at most', async () => {
    const { client, channel_id } = await filled(1010)
    using reader = client
    const first = await read(reader, channel_id)
    expect([first['count'], wordsOf(first)]).toEqual([100, numbered(1, 100)])
    const after_timestamp = rowsOf(first).at(-1)?.['timestamp']
    expect(wordsOf(await read(reader, channel_id, { after_timestamp }))).toEqual(numbered(101, 200))
    const few = await read(reader, channel_id, { after_timestamp, limit: 3 })
    expect(wordsOf(few)).toEqual(numbered(101, 103))
    expect(wordsOf(await read(reader, channel_id, { limit: 5000 }))).toEqual(numbered(1, 1000))
  })

  test.each([-1, 0, Number.MIN_SAFE_INTEGER])(
    'mobium 51: a limit of %i is one of 1',
    async (limit) => {
      const { client, channel_id } = await filled(3)
      using reader = client
      expect(wordsOf(await read(reader, channel_id, { limit }))).toEqual(['1'])
      expect(wordsOf(await read(reader, channel_id, { limit, after_id: 1 }))).toEqual(['2'])
    },
  )

  test('mobium 52: has rows with number, sender, payload, second and size, in their order', async () => {
    using owner = await arrive(relay)
    using other = await arrive(relay)
    const channel_id = await gather(owner, other)
    const began = seconds
    for (const [who, words] of [
      [owner, 'one'],
      [other, 'two'],
      [owner, 'three'],
    ] as const) {
      seconds++
      const said = { type: 'channel_message', channel_id, payload: text(words) }
      who.send({ ...said, bucket_size: words.length })
      await who.upTo('ack')
    }
    await owner.sofar()
    const history = await read(owner, channel_id)
    expect(history).toEqual({
      type: 'history_response',
      channel_id,
      count: 3,
      messages: [
        {
          id: expect.any(Number),
          sender: owner.name,
          payload: text('one'),
          timestamp: began + 1,
          bucket_size: 3,
        },
        {
          id: expect.any(Number),
          sender: other.name,
          payload: text('two'),
          timestamp: began + 2,
          bucket_size: 3,
        },
        {
          id: expect.any(Number),
          sender: owner.name,
          payload: text('three'),
          timestamp: began + 3,
          bucket_size: 5,
        },
      ],
    })
    const ids = rowsOf(history).map(({ id }) => Number(id))
    expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    expect(new Set(ids).size).toBe(3)
  })

  test('mobium 53: of ten who say something at once has ten rows', async () => {
    await using disk = await startLive()
    const clients = await Promise.all(Array.from({ length: 10 }, () => arrive(disk)))
    const channel_id = await gather(...clients)
    for (const client of clients) {
      const payload = client.name
      client.send({ type: 'channel_message', channel_id, payload, bucket_size: 0 })
    }
    for (const client of clients) await client.take(10)
    const [reader] = clients
    if (reader === undefined) throw new Error('Nobody')
    const rows = rowsOf(await read(reader, channel_id, { after_id: 0 }))
    expect(rows.map(({ payload }) => String(payload)).toSorted()).toEqual(
      clients.map(({ name }) => name).toSorted(),
    )
    expect(new Set(rows.map(({ id }) => id)).size).toBe(10)
    for (const client of clients) client[Symbol.dispose]()
  })

  test('messages that are too old are not in it, and go', async () => {
    let ahead = 0
    const moving = { now: () => Date.now() + ahead }
    const flags = { 'live-message-ttl-secs': '3600', 'messaging-cleanup-interval-secs': '1' }
    await using aged = await startLive({ clock: moving, flags })
    using owner = await arrive(aged)
    const channel_id = await gather(owner)
    await say(owner, channel_id, 'old')
    ahead = 1_800_000
    await say(owner, channel_id, 'new')
    ahead = 3_700_000
    expect(wordsOf(await read(owner, channel_id, { after_id: 0 }))).toEqual(['new'])
    await eventually(
      'the old one is gone',
      async () => (await aged.metric('sotto_expired_total{what="channels"}')) === 1,
    )
    expect(wordsOf(await read(owner, channel_id, { after_id: 0 }))).toEqual(['new'])
  })

  test('beyond what a channel keeps the oldest go', async () => {
    await using small = await startLive({ flags: { 'live-history-messages': '5' } })
    using owner = await arrive(small)
    const channel_id = await gather(owner)
    for (const words of numbered(1, 8)) await say(owner, channel_id, words)
    expect(wordsOf(await read(owner, channel_id, { after_id: 0 }))).toEqual(numbered(4, 8))
  })
})

describe('The cost of history', () => {
  test('mobium 54: of 10,000 rows every page of 100 is the right one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sotto-history-'))
    const store = await openSqliteStore({ path: join(folder, 'sotto.db'), onReport: () => {} })
    try {
      await using full = await startLive({ store })
      using owner = await arrive(full)
      const channel_id = await gather(owner)
      const sender = parseIdentity(owner.person.key)
      if (sender === undefined) throw new Error('No identity')
      const posted = await Promise.all(
        Array.from({ length: 10_000 }, (_, i) =>
          store.channels.post(
            {
              // The bytes of the channel that was just made.
              channel: unhex(channel_id) as ChannelId,
              sender,
              id: unhex(draw(16)),
              body: unhex(draw(532)),
              bucket: 0,
              acceptedAtMillis: Date.now() + i,
              expiresAtMillis: Date.now() + 3_600_000,
            },
            { maxMessages: 50_000, maxBytes: 2 ** 30 },
          ),
        ),
      )
      expect(posted.every(({ kind }) => kind === 'stored')).toBe(true)
      const pages = 20
      for (let i = 0; i < pages; i++) {
        const history = await read(owner, channel_id, { after_id: i * 500 })
        expect(rowsOf(history).map(({ id }) => id)).toEqual(
          Array.from({ length: 100 }, (_, row) => i * 500 + row + 1),
        )
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

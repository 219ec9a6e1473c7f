import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import {
  channel,
  channelOf,
  identityOf,
  openChannels,
  startOfTests,
} from '#relay/channels/channels-for-tests.ts'
import { expireChannels } from '#relay/channels/expire-channels.ts'
import { joinChannel } from '#relay/channels/join.ts'
import { post, postIdOf } from '#relay/channels/post.ts'
import { readHistory } from '#relay/channels/read-history.ts'
import type { ChannelStore, HistoryQuery } from '#store/channels.ts'

const [ann, bob] = [identityOf(1), identityOf(2)]
const policy = { ttlMillis: 5000, history: { maxMessages: 3, maxBytes: 1000 } }

const letter = (number: number, sender = ann) => ({
  channel,
  sender,
  id: new Uint8Array(16).fill(number),
  body: Uint8Array.of(number),
  bucket: number,
})

async function open() {
  const at = await openChannels(ann, bob)
  await joinChannel(at, channel, ann, undefined, { maxMembers: 10, autoCreate: true })
  const damage: number[] = []
  return { ...at, damage, onDamaged: (messages: number) => void damage.push(messages) }
}

const all = { maxMessages: 100, maxBytes: 10_000 }
const first = { kind: 'message', sequence: 0 } as const

describe('A post', () => {
  test('is stored with its times and its place', async () => {
    const at = await open()
    expect(await post(at, letter(1), policy)).toEqual({
      kind: 'stored',
      sequence: 1,
      acceptedAtMillis: startOfTests,
    })
    at.clock.advance(7)
    expect(await post(at, letter(2), policy)).toMatchObject({ sequence: 2 })
    const { messages } = await readHistory(at, channel, ann, first, all)
    expect(messages).toMatchObject([
      { sequence: 1, sender: ann, body: Uint8Array.of(1), bucket: 1 },
      { sequence: 2, acceptedAtMillis: startOfTests + 7 },
    ])
  })

  test('said again is the same one, and its time is that of the first', async () => {
    const at = await open()
    await post(at, letter(1), policy)
    at.clock.advance(1000)
    expect(await post(at, letter(1), policy)).toEqual({
      kind: 'duplicate',
      sequence: 1,
      acceptedAtMillis: startOfTests,
    })
  })

  test('is for members', async () => {
    const at = await open()
    expect(await post(at, letter(1, bob), policy)).toEqual({ kind: 'not-a-member' })
    const elsewhere = { ...letter(1), channel: channelOf(9) }
    expect(await post(at, elsewhere, policy)).toEqual({ kind: 'not-a-member' })
  })

  test('makes room in a channel that keeps no more', async () => {
    const at = await open()
    for (const number of [1, 2, 3, 4]) await post(at, letter(number), policy)
    const { messages } = await readHistory(at, channel, ann, first, all)
    expect(messages.map(({ sequence }) => sequence)).toEqual([2, 3, 4])
  })

  test('is gone when its time is over', async () => {
    const at = await open()
    await post(at, letter(1), policy)
    at.clock.advance(4999)
    await post(at, letter(2), policy)
    at.clock.advance(1)
    const { messages } = await readHistory(at, channel, ann, first, all)
    expect(messages.map(({ sequence }) => sequence)).toEqual([2])
    const never = new AbortController().signal
    expect(await expireChannels(at.channels, at.clock, never)).toBe(1)
    expect(await expireChannels(at.channels, at.clock, never)).toBe(0)
  })
})

describe('The id of a post', () => {
  const bytes16 = fc.uint8Array({ minLength: 16, maxLength: 16 })
  const senders = fc.integer({ min: 0, max: 255 }).map(identityOf)
  const sources = fc.tuple(senders, fc.integer({ min: 1, max: 127 }), bytes16)

  test('is 16 bytes, and the same for the same message of the same device', () => {
    fc.assert(
      fc.property(sources, ([sender, device, clientId]) => {
        const id = postIdOf(sender, device, clientId)
        expect(id).toHaveLength(16)
        expect(postIdOf(sender, device, clientId)).toEqual(id)
      }),
    )
  })

  test('is another one for another sender, device or client id', () => {
    const id = postIdOf(ann, 1, new Uint8Array(16))
    const others = [
      postIdOf(bob, 1, new Uint8Array(16)),
      postIdOf(ann, 2, new Uint8Array(16)),
      postIdOf(ann, 1, new Uint8Array(16).fill(1)),
    ]
    for (const other of others) expect(other).not.toEqual(id)
  })
})

describe('History', () => {
  /** What the store is asked for. */
  async function asked(cursor: Parameters<typeof readHistory>[3], maxMessages: number) {
    const queries: HistoryQuery[] = []
    const channels: Pick<ChannelStore, 'history'> = {
      async history(_, query) {
        queries.push(query)
        return { messages: [], more: false, damaged: 0 }
      },
    }
    const at = await open()
    await readHistory({ ...at, channels }, channel, ann, cursor, { ...all, maxMessages })
    return queries[0]
  }

  test.each([
    [-1, 1],
    [0, 1],
    [1, 1],
    [1000, 1000],
    [1001, 1000],
    [Number.MAX_SAFE_INTEGER, 1000],
  ])('of %i messages is %i', async (limit, messages) => {
    expect(await asked(first, limit)).toMatchObject({ maxMessages: messages })
  })

  test('goes on behind a message or behind a second, not both', async () => {
    expect(await asked({ kind: 'message', sequence: 7 }, 10)).toMatchObject({
      after: 7,
      afterSecond: undefined,
    })
    expect(await asked({ kind: 'message', sequence: -7 }, 10)).toMatchObject({ after: 0 })
    expect(await asked({ kind: 'second', second: 70 }, 10)).toMatchObject({
      after: 0,
      afterSecond: 70,
    })
  })

  test('is empty for strangers', async () => {
    const at = await open()
    await post(at, letter(1), policy)
    const { messages, more } = await readHistory(at, channel, bob, first, all)
    expect([messages, more]).toEqual([[], false])
  })

  test('tells of messages that cannot be read, when there are any', async () => {
    const at = await open()
    await readHistory(at, channel, ann, first, all)
    expect(at.damage).toEqual([])
    const channels: Pick<ChannelStore, 'history'> = {
      history: async () => ({ messages: [], more: false, damaged: 2 }),
    }
    await readHistory({ ...at, channels }, channel, ann, first, all)
    expect(at.damage).toEqual([2])
  })
})

import { describe, expect, test } from 'vitest'
import type { DownMessage, UpMessage } from '@sotto/wire/live'
import type { FakeClient } from '#door/mobium/client-for-tests.ts'
import { channel, elsewhere, openWorld } from '#door/mobium/channels/world-for-tests.ts'

type History = Extract<DownMessage, { readonly type: 'history_response' }>
type Question = Omit<Extract<UpMessage, { readonly type: 'get_history' }>, 'type' | 'channel_id'>
type World = ReturnType<typeof openWorld>

async function ask(world: World, client: FakeClient, question: Question): Promise<History> {
  const got = await world.say(client, {
    type: 'get_history',
    channel_id: channel,
    ...question,
  })
  const answer = got.at(-1)
  if (answer?.type !== 'history_response') throw new Error('No history')
  return answer
}

async function post(world: World, client: FakeClient, bytes = 1): Promise<void> {
  const payload = new Uint8Array(bytes).fill(7)
  await world.say(client, {
    type: 'channel_message',
    channel_id: channel,
    payload,
    bucket_size: -4,
  })
}

/** So many messages of one member, each in the second after the one before it. */
async function openWithMessages(count: number, bytes = 1) {
  const world = openWorld({ policy: { maxMessageBytes: 2 ** 20 } })
  const ann = await world.logIn(1)
  const modern = await world.logIn(1, { device: 2, capabilities: ['history'] })
  await world.join(ann)
  const joined = world.clock.now() / 1000
  for (let i = 0; i < count; i++) {
    world.clock.advance(1000)
    await post(world, ann, bytes)
  }
  return { world, ann, modern, joined }
}

const idsOf = ({ messages }: History) => messages.map(({ id }) => id)

describe('get_history', () => {
  test('mobium 48: a stranger, and whoever asks for no channel, gets an empty list', async () => {
    const { world, ann } = await openWithMessages(1)
    const bob = await world.logIn(2)
    const empty = { type: 'history_response', channel_id: channel, count: 0, messages: [] }
    expect(await ask(world, bob, {})).toEqual(empty)
    const question = { type: 'get_history', channel_id: elsewhere } as const
    const nowhere = [{ ...empty, channel_id: elsewhere }]
    ann.take()
    expect(await world.say(ann, question)).toEqual(nowhere)
    expect(await world.say(bob, question)).toEqual(nowhere)
  })

  test('mobium 49: what was said before the join, or in the same second, is left out', async () => {
    const { world, ann } = await openWithMessages(1)
    const bob = await world.logIn(2)
    await post(world, ann)
    await world.say(bob, { type: 'join_channel', channel_id: channel })
    await post(world, ann)
    world.clock.advance(1000)
    await post(world, ann)
    expect(idsOf(await ask(world, bob, {}))).toEqual([4])
  })

  test('to who has “history” misses nothing of the second of the join', async () => {
    const { world, ann } = await openWithMessages(1)
    const bob = await world.logIn(2, { capabilities: ['history'] })
    await post(world, ann)
    await world.say(bob, { type: 'join_channel', channel_id: channel })
    await post(world, ann)
    expect(idsOf(await ask(world, bob, {}))).toEqual([3])
    expect(idsOf(await ask(world, bob, { after_id: 0 }))).toEqual([3])
    expect(idsOf(await ask(world, bob, { after_timestamp: 0 }))).toEqual([])
  })

  test('mobium 50: goes on behind a timestamp, with 100 messages or what is asked for', async () => {
    const { world, ann } = await openWithMessages(1005)
    const first = await ask(world, ann, {})
    expect(idsOf(first)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    const last = first.messages.at(-1)?.timestamp
    expect(idsOf(await ask(world, ann, { after_timestamp: last, limit: 2 }))).toEqual([101, 102])
    expect((await ask(world, ann, { limit: 5000 })).count).toBe(1000)
  })

  test('mobium 51: no limit is below one', async () => {
    const { world, ann } = await openWithMessages(3)
    expect((await ask(world, ann, { limit: -1 })).count).toBe(1)
    expect((await ask(world, ann, { limit: 0 })).count).toBe(1)
  })

  test('mobium 52: rows carry id, sender, payload, time and bucket, in order', async () => {
    const { world, ann, joined } = await openWithMessages(2)
    const row = { sender: ann.identity, payload: Uint8Array.of(7), bucket_size: -4 }
    expect(await ask(world, ann, {})).toEqual({
      type: 'history_response',
      channel_id: channel,
      count: 2,
      messages: [
        { ...row, id: 1, timestamp: joined + 1 },
        { ...row, id: 2, timestamp: joined + 2 },
      ],
    })
  })

  test('has exact cursors for who has “history”, and times to the millisecond', async () => {
    const { world, modern, joined } = await openWithMessages(3)
    const page = await ask(world, modern, { limit: 2 })
    expect(page).toMatchObject({ next_after_id: 2, has_more: true })
    expect(page.messages[0]?.accepted_at).toBe((joined + 1) * 1000)
    expect(await ask(world, modern, { after_id: 2 })).toMatchObject({
      count: 1,
      next_after_id: 3,
      has_more: false,
    })
    expect(await ask(world, modern, { after_id: 3 })).toMatchObject({
      count: 0,
      next_after_id: 3,
      has_more: false,
    })
  })

  test('has exact cursors for whoever asks for them, and then no timestamp counts', async () => {
    const { world, ann, joined } = await openWithMessages(3)
    expect(await ask(world, ann, { after_id: 1, after_timestamp: joined + 3 })).toMatchObject({
      count: 2,
      next_after_id: 3,
      has_more: false,
    })
    expect(await ask(world, ann, { after_id: -9, limit: 1 })).toMatchObject({
      count: 1,
      next_after_id: 1,
      has_more: true,
    })
  })

  test.each(['array', 'bin'] as const)(
    'holds no more than four mebibytes as %s, and says that there is more',
    async (form) => {
      const { world } = await openWithMessages(12, 500_000)
      const client = await world.logIn(1, { device: 3, capabilities: ['history'], form })
      const seen: number[] = []
      let pages = 0
      let after = 0
      let hasMore = true
      while (hasMore) {
        const page = await ask(world, client, { after_id: after, limit: 1000 })
        const bytes = page.messages.reduce((total, { payload }) => total + payload.length, 0)
        expect(bytes * (form === 'array' ? 2 : 1)).toBeLessThan(4 * 1024 * 1024)
        seen.push(...idsOf(page))
        after = page.next_after_id ?? 0
        hasMore = page.has_more === true
        pages++
      }
      expect(seen).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
      expect(pages).toBe(form === 'array' ? 4 : 2)
    },
  )
})

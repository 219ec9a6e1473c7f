/**
 * @module Channels: who is in them, and what is said there (mobium reference §1.7, behaviours 37–41, 43–46, 55–57).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  arrive,
  depart,
  gather,
  joinChannel,
  requestFailed,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import type { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, text } from '#door/mobium/contract/person-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

const people = (count: number) => Promise.all(Array.from({ length: count }, () => arrive(relay)))

const leaveAll = (clients: readonly MobiumClient[]): void => {
  for (const client of clients) client[Symbol.dispose]()
}

describe('Making a channel', () => {
  test('mobium 37: succeeds once', async () => {
    using owner = await arrive(relay)
    using other = await arrive(relay)
    const create = { type: 'create_channel', channel_id: draw(), encrypted_metadata: draw() }
    const { channel_id } = create
    expect(await owner.ask(create)).toEqual({ type: 'channel_created', channel_id })
    expect(await owner.ask(create)).toEqual(requestFailed)
    expect(await other.ask(create)).toEqual(requestFailed)
  })

  test.each([1, 16, 64])('mobium 37: an id may have %i bytes', async (length) => {
    using owner = await arrive(relay)
    const channel_id = draw(length)
    const create = { type: 'create_channel', channel_id, encrypted_metadata: '' }
    const answer = await owner.ask(create)
    // One byte may have been drawn before.
    if (length > 1) expect(answer).toEqual({ type: 'channel_created', channel_id })
  })

  test('mobium 38: its maker is its only member', async () => {
    using owner = await arrive(relay)
    const channel_id = draw()
    await owner.ask({ type: 'create_channel', channel_id, encrypted_metadata: draw() })
    expect(await owner.ask({ type: 'get_members', channel_id })).toEqual({
      type: 'members_response',
      channel_id,
      members: [owner.name],
      members_with_keys: [{ ed25519: owner.name, x25519: '', role: 'owner' }],
    })
  })
})

describe('Joining', () => {
  test('mobium 39: a channel that is not there makes it', async () => {
    using joiner = await arrive(relay)
    const channel_id = draw()
    expect(await joiner.ask({ type: 'join_channel', channel_id })).toEqual({
      type: 'channel_joined',
      channel_id,
    })
    expect((await joiner.ask({ type: 'get_members', channel_id }))['members']).toEqual([
      joiner.name,
    ])
  })

  test('mobium 39: unless the relay is told otherwise', async () => {
    await using strict = await startLive({
      database: 'memory',
      flags: { 'live-auto-create': 'false' },
    })
    using joiner = await arrive(strict)
    const channel_id = draw()
    expect(await joiner.ask({ type: 'join_channel', channel_id })).toEqual(requestFailed)
    await joiner.ask({ type: 'create_channel', channel_id, encrypted_metadata: '' })
    using second = await arrive(strict)
    expect((await joinChannel(second, channel_id)).at(-1)).toEqual({
      type: 'channel_joined',
      channel_id,
    })
  })

  test('mobium 40: those who are there hear of it, the joiner does not', async () => {
    const [owner, away, joiner] = await people(3)
    if (owner === undefined || away === undefined || joiner === undefined) throw new Error()
    const channel_id = await gather(owner, away)
    await depart(relay, away)
    expect(await joinChannel(joiner, channel_id)).toEqual([{ type: 'channel_joined', channel_id }])
    expect(await owner.sofar()).toEqual([
      { type: 'member_joined', channel_id, member: joiner.name },
    ])
    await joiner.expectNothing()
    leaveAll([owner, joiner])
  })

  test('mobium 41: again tells the others again, and leaves the time of the first', async () => {
    using owner = await arrive(relay)
    using joiner = await arrive(relay)
    const channel_id = await gather(owner, joiner)
    const said = { type: 'channel_message', channel_id, payload: '01', bucket_size: 0 }
    await owner.ask(said)
    await joiner.next('channel_message')
    expect(await joinChannel(joiner, channel_id)).toEqual([{ type: 'channel_joined', channel_id }])
    expect(await owner.next()).toEqual({ type: 'member_joined', channel_id, member: joiner.name })
    // A later time would hide what was said before it.
    const history = await joiner.ask({ type: 'get_history', channel_id, after_id: 0 })
    expect(history['count']).toBe(1)
    const { members } = await owner.ask({ type: 'get_members', channel_id })
    expect(members).toEqual([owner.name, joiner.name])
  })
})

describe('Members', () => {
  test('mobium 43: are not told to others, nor whether there is such a channel', async () => {
    using owner = await arrive(relay)
    using stranger = await arrive(relay)
    const channel_id = await gather(owner)
    expect(await stranger.ask({ type: 'get_members', channel_id })).toEqual(requestFailed)
    expect(await stranger.ask({ type: 'get_members', channel_id: draw() })).toEqual(requestFailed)
  })

  test('mobium 44: stand in the same order with and without keys; an unknown one is empty', async () => {
    const clients = [
      await arrive(relay, { x25519_pub: draw() }),
      await arrive(relay),
      await arrive(relay, { x25519_pub: draw() }),
    ]
    const channel_id = await gather(...clients)
    for (const client of clients) {
      const { members, members_with_keys } = await client.ask({ type: 'get_members', channel_id })
      if (!Array.isArray(members_with_keys)) throw new Error('No list')
      const names = clients.map(({ name }) => name)
      expect(members).toEqual(names)
      expect(members_with_keys.map(({ ed25519 }) => ed25519)).toEqual(names)
      expect(members_with_keys.map(({ x25519 }) => x25519.length)).toEqual([64, 0, 64])
    }
    leaveAll(clients)
  })
})

describe('Saying something', () => {
  test('mobium 45: is for members, and names a size', async () => {
    using owner = await arrive(relay)
    using stranger = await arrive(relay)
    const channel_id = await gather(owner)
    const said = { type: 'channel_message', channel_id, payload: '01' }
    expect(await stranger.ask({ ...said, bucket_size: 0 })).toEqual(requestFailed)
    expect(await owner.ask(said)).toEqual(requestFailed)
    expect(await owner.ask({ ...said, bucket_size: 'large' })).toEqual(requestFailed)
    expect((await owner.ask({ type: 'get_history', channel_id, after_id: 0 }))['count']).toBe(0)
    await owner.expectNothing()
  })

  test('mobium 46: reaches the others, and the sender hears only that it went', async () => {
    const [owner, second, third] = await people(3)
    if (owner === undefined || second === undefined || third === undefined) throw new Error()
    const channel_id = await gather(owner, second, third)
    const payload = text('to all')
    const said = { type: 'channel_message', channel_id, payload, bucket_size: 3 }
    expect(await second.ask(said)).toEqual({ type: 'ack', channel_id })
    const heard = { type: 'channel_message', channel_id, sender: second.name, payload }
    expect([await owner.sofar(), await third.sofar()]).toEqual([[heard], [heard]])
    await second.expectNothing()
    leaveAll([owner, second, third])
  })

  test('larger than may be is an error', async () => {
    await using small = await startLive({
      database: 'memory',
      flags: { 'live-max-message-bytes': '1024' },
    })
    using owner = await arrive(small)
    using member = await arrive(small)
    const channel_id = await gather(owner, member)
    const said = { type: 'channel_message', channel_id, bucket_size: 0 }
    expect(await owner.ask({ ...said, payload: draw(1025) })).toEqual(requestFailed)
    expect(await owner.ask({ ...said, payload: draw(1024) })).toEqual({ type: 'ack', channel_id })
    expect(await member.sofar()).toHaveLength(1)
  })

  test('of several at once reaches everybody, in the order in which each said it', async () => {
    const clients = await people(8)
    const channel_id = await gather(...clients)
    const count = 25
    for (const client of clients) {
      client.send(
        ...Array.from({ length: count }, (_, i) => ({
          type: 'channel_message',
          channel_id,
          payload: text(`${i}`),
          bucket_size: 0,
        })),
      )
    }
    const order = Array.from({ length: count }, (_, i) => text(`${i}`))
    for (const client of clients) {
      const all = await client.take(clients.length * count)
      for (const { name } of clients) {
        if (name === client.name) continue
        const theirs = all.filter(({ sender }) => sender === name)
        expect(theirs.map(({ payload }) => payload)).toEqual(order)
      }
      await client.expectNothing()
    }
    leaveAll(clients)
  })
})

describe('Leaving', () => {
  test('mobium 55: is told to who stays; nothing can be said afterwards', async () => {
    const [owner, second, leaver] = await people(3)
    if (owner === undefined || second === undefined || leaver === undefined) throw new Error()
    const channel_id = await gather(owner, second, leaver)
    expect(await leaver.ask({ type: 'leave_channel', channel_id })).toEqual({
      type: 'channel_left',
      channel_id,
    })
    const left = [{ type: 'member_left', channel_id, member: leaver.name }]
    expect([await owner.sofar(), await second.sofar()]).toEqual([left, left])
    const said = { type: 'channel_message', channel_id, payload: '01', bucket_size: 0 }
    expect(await leaver.ask(said)).toEqual(requestFailed)
    await owner.ask(said)
    await leaver.expectNothing()
    leaveAll([owner, second, leaver])
  })

  test('mobium 56: of the last one is told to nobody, and the id is free', async () => {
    using first = await arrive(relay)
    using second = await arrive(relay)
    const channel_id = await gather(first)
    const said = { type: 'channel_message', channel_id, payload: '01', bucket_size: 0 }
    await first.ask(said)
    expect(await first.ask({ type: 'leave_channel', channel_id })).toEqual({
      type: 'channel_left',
      channel_id,
    })
    await first.expectNothing()
    await joinChannel(second, channel_id)
    expect((await second.ask({ type: 'get_members', channel_id }))['members']).toEqual([
      second.name,
    ])
    expect((await second.ask({ type: 'get_history', channel_id, after_id: 0 }))['count']).toBe(0)
    await first.expectNothing()
  })

  test('mobium 57: of a stranger is told to nobody', async () => {
    using owner = await arrive(relay)
    using stranger = await arrive(relay)
    const channel_id = await gather(owner)
    for (const id of [channel_id, draw()]) {
      expect(await stranger.ask({ type: 'leave_channel', channel_id: id })).toEqual({
        type: 'channel_left',
        channel_id: id,
      })
    }
    await owner.expectNothing()
  })
})

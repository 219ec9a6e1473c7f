/**
 * @module Voice and screen of a channel (mobium reference §1.10, behaviours 72–77; W25).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encode } from '@msgpack/msgpack'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import {
  arrive,
  gather,
  joinChannel,
  requestFailed,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw, hex } from '#door/mobium/contract/person-for-tests.ts'
import { call, end, from, picture, sound, three } from '#door/mobium/contract/voice-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({ database: 'memory' })
})
afterAll(() => relay[Symbol.asyncDispose]())

describe('Entering', () => {
  test('mobium 72: tells who is there, and those who are there', async () => {
    const clients = [await arrive(relay), await arrive(relay), await arrive(relay)]
    const { first, second, third } = three(clients)
    const channel_id = await gather(...clients)
    const state = { type: 'voice_state', channel_id, voice_mode: 'p2p', max_participants: 40 }
    const entering = { type: 'join_voice', channel_id }
    const joined = { type: 'voice_joined', channel_id, voice_mode: 'p2p' }
    expect(await first.ask(entering)).toEqual({ ...state, participants: [first.name] })
    const both = [first.name, second.name]
    expect(await second.ask(entering)).toEqual({ ...state, participants: both })
    expect(await first.sofar()).toEqual([{ ...joined, pubkey: second.name, participant_count: 2 }])
    await second.expectNothing()
    await third.expectNothing()
    end(clients)
  })

  test('mobium 72: again tells nobody else', async () => {
    const { channel_id, clients } = await call(relay, 3)
    const { first, second } = three(clients)
    const answer = await second.ask({ type: 'join_voice', channel_id })
    expect(answer['participants']).toEqual(clients.map(({ name }) => name))
    await first.expectNothing()
    end(clients)
  })

  test('is for members of the channel', async () => {
    const { channel_id, clients } = await call(relay, 1)
    using stranger = await arrive(relay)
    const entering = { type: 'join_voice', channel_id }
    expect(await stranger.ask(entering)).toEqual(requestFailed)
    expect(await stranger.ask({ ...entering, channel_id: draw() })).toEqual(requestFailed)
    await clients[0]?.expectNothing()
    await joinChannel(stranger, channel_id)
    expect((await stranger.ask(entering)).type).toBe('voice_state')
    end(clients)
  })
})

describe('Going', () => {
  test('mobium 73: is told to the others, and answered with nothing', async () => {
    const { channel_id, clients } = await call(relay, 3)
    const { first, second, third } = three(clients)
    second.send({ type: 'leave_voice', channel_id })
    await second.expectNothing()
    const left = [{ type: 'voice_left', channel_id, pubkey: second.name }]
    expect([await first.sofar(), await third.sofar()]).toEqual([left, left])
    second.send({ type: 'leave_voice', channel_id })
    await second.expectNothing()
    await first.expectNothing()
    end(clients)
  })

  test('mobium 74: without a word is told in every room', async () => {
    const clients = [await arrive(relay), await arrive(relay), await arrive(relay)]
    const { first, second, third } = three(clients)
    const rooms = [
      { channel_id: await gather(first, second, third), others: [first, third] },
      { channel_id: await gather(first, second), others: [first] },
      { channel_id: await gather(second, third), others: [third] },
    ]
    for (const { channel_id, others } of rooms) {
      for (const client of [...others, second]) {
        client.send({ type: 'join_voice', channel_id })
        await client.upTo('voice_state')
      }
    }
    for (const client of clients) await client.sofar()
    second.socket.terminate()
    for (const client of [first, third]) {
      const told = [await client.next('voice_left'), await client.next('voice_left')]
      const theirs = rooms.filter(({ others }) => others.includes(client))
      expect(told.map(({ channel_id }) => String(channel_id)).toSorted()).toEqual(
        theirs.map(({ channel_id }) => channel_id).toSorted(),
      )
      expect(told.map(({ pubkey }) => pubkey)).toEqual([second.name, second.name])
      await client.expectNothing()
    }
    end(clients)
  })
})

describe('Frames', () => {
  test('mobium 75: reach all others with their sender and everything else that they hold', async () => {
    const { channel_id, clients } = await call(relay, 3)
    const { first, second, third } = three(clients)
    const frames = [
      { ...sound(channel_id, 1), codec: 'opus', level: -3, nested: { more: [1, 2.5, null] } },
      { ...picture(channel_id, 2), init: true, stop: false },
      sound(channel_id, 2 ** 40, ''),
    ]
    second.send(...frames)
    await second.expectNothing()
    const expected = frames.map((frame) => from(second, frame))
    expect(await first.sofar()).toEqual(expected)
    expect(await third.sofar()).toEqual(expected)
    end(clients)
  })

  test('mobium 75: come to each in the form that it reads', async () => {
    const { channel_id, clients } = await call(relay, 3, [
      { form: 'array' },
      { form: 'bin' },
      { form: 'hex' },
    ])
    for (const sender of clients) {
      const frame = sound(channel_id, 5, hex(Uint8Array.from({ length: 256 }, (_, i) => i)))
      sender.send(frame)
      await sender.expectNothing()
      for (const other of clients) {
        if (other !== sender) expect(await other.sofar()).toEqual([from(sender, frame)])
      }
    }
    end(clients)
  })

  test('mobium 76: name the sender who sent them, whatever they say', async () => {
    const { channel_id, clients } = await call(relay, 3)
    const { first, second } = three(clients)
    const frame = sound(channel_id, 1)
    for (const sender of [first.name, '', 7, null, { name: first.name }]) {
      second.send({ ...frame, sender })
      await second.expectNothing()
      expect(await first.sofar()).toEqual([from(second, frame)])
    }
    // Twice in one map.
    const whole = encode({ type: 'voice_data', channel_id, sender: 'one', audio: [1], seq: 1 })
    const twice = [...whole, ...encode('sender'), ...encode('another')]
    second.raw(Uint8Array.from([0x80 | 6, ...twice.slice(1)]))
    await second.expectNothing()
    const [relayed] = await first.sofar()
    expect(relayed?.['sender']).toBe(second.name)
    end(clients)
  })

  test('mobium 77: into a room that one is not in are an error; into none, nothing', async () => {
    const { channel_id, clients } = await call(relay, 1)
    using member = await arrive(relay)
    using stranger = await arrive(relay)
    await joinChannel(member, channel_id)
    await clients[0]?.sofar()
    expect(await member.ask(sound(channel_id, 1))).toEqual(requestFailed)
    expect(await stranger.ask(picture(channel_id, 1))).toEqual(requestFailed)
    await clients[0]?.expectNothing()
    member.send(sound(draw(), 1), picture(draw(), 1))
    await member.expectNothing()
    end(clients)
    const empty = await gather(member)
    member.send(sound(empty, 1))
    await member.expectNothing()
  })

  test('mobium 77: after going are an error', async () => {
    const { channel_id, clients } = await call(relay, 3)
    const { first, second } = three(clients)
    second.send({ type: 'leave_voice', channel_id })
    await second.sofar()
    await first.sofar()
    expect(await second.ask(sound(channel_id, 1))).toEqual(requestFailed)
    await first.expectNothing()
    end(clients)
  })

  test('that are too large are an error', async () => {
    const { channel_id, clients } = await call(relay, 3)
    const { first, second } = three(clients)
    expect(await second.ask(picture(channel_id, 1, 'ff'.repeat(2 ** 20)))).toEqual(requestFailed)
    await first.expectNothing()
    second.send(picture(channel_id, 1, '00'.repeat(300 * 1024)))
    await second.expectNothing()
    expect(await first.sofar()).toHaveLength(1)
    end(clients)
  })
})

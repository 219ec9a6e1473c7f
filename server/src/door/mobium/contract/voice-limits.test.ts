/**
 * @module How much voice and screen a channel takes, and of how many (mobium reference §1.3, §1.10, behaviours 78, 79, 82).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import {
  arrive,
  gather,
  joinChannel,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw, Person } from '#door/mobium/contract/person-for-tests.ts'
import { call, end, from, picture, sound, three } from '#door/mobium/contract/voice-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({ database: 'memory' })
})
afterAll(() => relay[Symbol.asyncDispose]())

describe('Too many frames', () => {
  const limited = { 'live-media-burst': '150', 'live-media-per-second': '80' }

  /** How many of them pass that come within so many milliseconds. */
  const most = (millis: number) => 150 + Math.ceil((80 * millis) / 1000) + 1

  test('mobium 78: of 200 at once about 150 pass, the rest is gone, and words still go', async () => {
    await using strict = await startLive({ database: 'memory', flags: limited })
    const { channel_id, clients } = await call(strict, 3)
    const { first, second } = three(clients)
    const since = performance.now()
    second.send(...Array.from({ length: 200 }, (_, i) => sound(channel_id, i)))
    await second.expectNothing()
    const passed = await first.sofar()
    expect(passed.length).toBeGreaterThanOrEqual(150)
    expect(passed.length).toBeLessThanOrEqual(most(performance.now() - since))
    const said = { type: 'channel_message', channel_id, payload: '01', bucket_size: 0 }
    expect(await second.ask(said)).toEqual({ type: 'ack', channel_id })
    expect(await first.sofar()).toEqual([
      { type: 'channel_message', channel_id, sender: second.name, payload: '01' },
    ])
    end(clients)
  })

  test('mobium 79: sound and picture share what may pass', async () => {
    await using strict = await startLive({ database: 'memory', flags: limited })
    const { channel_id, clients } = await call(strict, 3)
    const { first, second } = three(clients)
    const since = performance.now()
    for (let i = 0; i < 100; i++) second.send(sound(channel_id, i), picture(channel_id, i))
    await second.expectNothing()
    const passed = await first.sofar()
    expect(passed.length).toBeGreaterThanOrEqual(150)
    expect(passed.length).toBeLessThanOrEqual(most(performance.now() - since))
    const sounds = passed.filter(({ type }) => type === 'voice_data').length
    expect(sounds).toBeGreaterThan(50)
    expect(sounds).toBeLessThan(100)
    end(clients)
  })
})

describe('A full room', () => {
  test('mobium 82: four are few, five are many; the 41st is told that there is no room', async () => {
    const clients = []
    for (let i = 0; i < 41; i++) clients.push(await arrive(relay))
    const [owner] = clients
    if (owner === undefined) throw new Error('Nobody')
    const channel_id = draw()
    for (const client of clients) await joinChannel(client, channel_id)
    const modes = []
    for (const [index, client] of clients.entries()) {
      client.send({ type: 'join_voice', channel_id })
      const answer = (await client.upTo(index < 40 ? 'voice_state' : 'voice_full')).at(-1)
      modes.push(answer?.['voice_mode'])
      if (index === 40) {
        expect(answer).toEqual({
          type: 'voice_full',
          channel_id,
          message: expect.any(String),
          max_participants: 40,
        })
      }
    }
    expect(modes).toEqual([
      ...Array.from({ length: 4 }, () => 'p2p'),
      ...Array.from({ length: 36 }, () => 'relay'),
      undefined,
    ])
    const told = (await owner.sofar()).filter(({ type }) => type === 'voice_joined')
    expect(told.map(({ participant_count }) => participant_count)).toEqual(
      Array.from({ length: 39 }, (_, i) => i + 2),
    )
    const [last] = clients.slice(-1)
    const [second] = clients.slice(1)
    second?.send({ type: 'leave_voice', channel_id })
    await second?.sofar()
    last?.send({ type: 'join_voice', channel_id })
    expect((await last?.upTo('voice_state'))?.at(-1)).toMatchObject({ voice_mode: 'relay' })
    end(clients)
  })
})

describe('Two sockets of one identity', () => {
  test('are one in the room, which goes with the last of them', async () => {
    const person = Person.draw()
    using friend = await arrive(relay)
    using one = await arrive(relay, { person })
    using two = await arrive(relay, { person, caps: ['ack', 'devices'], device: 2 })
    const channel_id = await gather(friend, one)
    for (const client of [friend, one, two]) {
      client.send({ type: 'join_voice', channel_id })
      await client.upTo('voice_state')
    }
    expect((await friend.sofar()).map(({ pubkey }) => pubkey)).toEqual([person.name])
    const frame = sound(channel_id, 1)
    friend.send(frame)
    await friend.expectNothing()
    expect(await one.sofar()).toContainEqual(from(friend, frame))
    expect(await two.sofar()).toContainEqual(from(friend, frame))
    one.send({ type: 'leave_voice', channel_id })
    await one.sofar()
    await friend.expectNothing()
    two.socket.terminate()
    expect(await friend.next()).toEqual({ type: 'voice_left', channel_id, pubkey: person.name })
  })
})

/**
 * @module Setting up calls (mobium reference §1.9, §2.4, behaviours 69–71, 92).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHmac } from 'node:crypto'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import {
  arrive,
  requestFailed,
  startLive,
  visit,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, Person, text } from '#door/mobium/contract/person-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({ database: 'memory' })
})
afterAll(() => relay[Symbol.asyncDispose]())

const payload = text('{"type":"offer","sdp":"…"}')

const signal = ({ name }: { readonly name: string }, signal_type: unknown) => ({
  type: 'voice_signal',
  recipient: name,
  signal_type,
  payload,
})

describe('A signal', () => {
  test('mobium 69: reaches the callee with its sender, and the caller hears a bare ack', async () => {
    using caller = await arrive(relay)
    using callee = await arrive(relay)
    for (const signal_type of ['offer', 'answer', 'ice_candidate', 'hangup', 'reject', 'other']) {
      expect(await caller.ask(signal(callee, signal_type))).toEqual({ type: 'ack' })
      expect(await callee.sofar()).toEqual([
        { type: 'voice_signal', sender: caller.name, signal_type, payload },
      ])
    }
  })

  test('mobium 70: to who is not there comes back as unavailable, and waits for nobody', async () => {
    using caller = await arrive(relay)
    const callee = await visit(relay)
    for (const { name } of [callee, Person.draw()]) {
      caller.send(signal({ name }, 'offer'))
      expect(await caller.sofar()).toEqual([
        { type: 'voice_signal', sender: name, signal_type: 'peer_unavailable', payload: '' },
        { type: 'ack' },
      ])
    }
    using later = await arrive(relay, { person: callee })
    await later.expectNothing()
  })

  test.each([undefined, 7, null])('mobium 71: of type %s is handed on as unknown', async (type) => {
    using caller = await arrive(relay)
    using callee = await arrive(relay)
    const { signal_type, ...rest } = signal(callee, type)
    await caller.ask(signal_type === undefined ? rest : { ...rest, signal_type })
    expect(await callee.sofar()).toEqual([
      { type: 'voice_signal', sender: caller.name, signal_type: 'unknown', payload },
    ])
  })

  test('may be as large as a message, and no larger', async () => {
    await using small = await startLive({
      database: 'memory',
      flags: { 'live-max-message-bytes': '1024' },
    })
    using caller = await arrive(small)
    using callee = await arrive(small)
    const large = { ...signal(callee, 'offer'), payload: draw(1024) }
    expect(await caller.ask(large)).toEqual({ type: 'ack' })
    expect(await caller.ask({ ...large, payload: draw(1025) })).toEqual(requestFailed)
    expect(await callee.sofar()).toHaveLength(1)
  })
})

describe('Servers for calls', () => {
  const ask = { type: 'get_ice_config' }

  test('mobium 92: none is an empty list', async () => {
    using client = await arrive(relay)
    expect(await client.ask(ask)).toEqual({ type: 'ice_config', ice_servers: [] })
  })

  test('mobium 92: are for those who are logged in', async () => {
    using stranger = await MobiumClient.connect({ port: relay.port })
    expect(await stranger.ask(ask)).toEqual(requestFailed)
  })

  test('mobium 92: TURN comes with a password that its server can check, for a while', async () => {
    const secret = 'north'
    const clock = { now: () => 1_700_000_000_000 }
    await using calling = await startLive({
      database: 'memory',
      clock,
      flags: {
        'ice-stun-url': 'stun:stun.example:3478',
        'ice-turn-url': 'turn:turn.example:3478',
        'ice-turn-secret': secret,
        'ice-ttl-secs': '600',
      },
    })
    using client = await arrive(calling)
    const names = new Set<string>()
    for (let i = 0; i < 2; i++) {
      const { ice_servers } = await client.ask(ask)
      if (!Array.isArray(ice_servers)) throw new Error('No list')
      const [stun, turn] = ice_servers
      expect(stun).toEqual({ urls: ['stun:stun.example:3478'] })
      expect(turn).toMatchObject({ urls: ['turn:turn.example:3478'], ttl: 600 })
      const username = String(turn.username)
      // Not the identity: who runs the server need not know who calls.
      expect(username).toMatch(/^1700000600:[0-9a-f]{32}$/)
      expect(username).not.toContain(client.name.slice(0, 32))
      expect(turn.credential).toBe(createHmac('sha1', secret).update(username).digest('base64'))
      names.add(username)
    }
    expect(names.size).toBe(2)
  })

  test('mobium 92: TURN without a secret comes without a password', async () => {
    await using calling = await startLive({
      database: 'memory',
      flags: { 'ice-turn-url': 'turns:turn.example:5349' },
    })
    using client = await arrive(calling)
    expect(await client.ask(ask)).toEqual({
      type: 'ice_config',
      ice_servers: [{ urls: ['turns:turn.example:5349'] }],
    })
  })
})

/**
 * @module Connections: how many, how they are kept alive, and which of several hears (mobium reference §1.2, behaviours
 * 20–24).
 */
import { describe, expect, test } from 'vitest'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { rawRequest, type RawReply } from '#door/obscura/contract/raw-http-for-tests.ts'
import { basics, handshake, Opcode } from '#door/obscura/contract/raw-socket-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { Person } from '#door/mobium/contract/person-for-tests.ts'

const start = (flags: Readonly<Record<string, string>>) => startLive({ database: 'memory', flags })

const tryFrom = (relay: RunningRelay, forwardedFor: string) =>
  MobiumClient.tryConnect({ port: relay.port, headers: { 'X-Forwarded-For': forwardedFor } })

function statusOf(outcome: MobiumClient | RawReply): number {
  return outcome instanceof MobiumClient ? 101 : outcome.status
}

async function openSockets(relay: RunningRelay): Promise<number> {
  return await relay.metric('sotto_gateway_sockets')
}

describe('How many', () => {
  test('mobium 20: of one address, two and no third, until one is closed', async () => {
    await using relay = await start({ 'max-sockets-per-address': '2' })
    using first = await MobiumClient.connect({ port: relay.port })
    using second = await arrive(relay)
    const refused = await MobiumClient.tryConnect({ port: relay.port })
    expect(statusOf(refused)).toBe(503)
    using elsewhere = await MobiumClient.connect({
      port: relay.port,
      headers: { 'X-Forwarded-For': '203.0.113.5' },
    })
    await Promise.all([first, second, elsewhere].map((client) => client.expectNothing()))
    await first.leave()
    await eventually('one is gone', async () => (await openSockets(relay)) === 2)
    using third = await MobiumClient.connect({ port: relay.port })
    await third.expectNothing()
  })

  test('mobium 20: behind a proxy it is the client that counts, not the proxy', async () => {
    await using relay = await start({ 'max-sockets-per-address': '1' })
    const outcomes = []
    for (const address of ['198.51.100.1', '198.51.100.2', '198.51.100.1']) {
      outcomes.push(await tryFrom(relay, address))
    }
    expect(outcomes.map(statusOf)).toEqual([101, 101, 503])
    for (const outcome of outcomes) if (outcome instanceof MobiumClient) outcome[Symbol.dispose]()
  })

  test('mobium 21: in all, one and no second, wherever it comes from', async () => {
    await using relay = await start({ 'max-sockets': '1' })
    const first = await MobiumClient.connect({ port: relay.port })
    const refused = await tryFrom(relay, '203.0.113.9')
    expect(statusOf(refused)).toBe(503)
    first[Symbol.dispose]()
    await eventually('it is gone', async () => (await openSockets(relay)) === 0)
    using second = await arrive(relay)
    await second.expectNothing()
  })

  test('mobium 21: with 0 there is no limit', async () => {
    await using relay = await start({ 'max-sockets': '0', 'max-sockets-per-address': '0' })
    const clients = await Promise.all(
      Array.from({ length: 150 }, () => MobiumClient.connect({ port: relay.port })),
    )
    expect(await openSockets(relay)).toBe(150)
    for (const client of clients) client[Symbol.dispose]()
  })

  test('mobium 22: what was refused, or was no handshake, is not counted', async () => {
    await using relay = await start({
      'max-sockets': '2',
      'max-sockets-per-address': '1',
      'cors-origins': 'https://app.example',
    })
    const { port } = relay
    const failed = [
      (await relay.ask('GET', '/ws')).status,
      (await rawRequest(port, handshake('/ws', { ...basics(), Upgrade: '' }))).status,
      (await rawRequest(port, handshake('/ws', { ...basics(), 'Sec-WebSocket-Key': '' }))).status,
      (await rawRequest(port, handshake('/ws', { ...basics(), 'Sec-WebSocket-Version': '7' })))
        .status,
      (await rawRequest(port, handshake('/ws', { ...basics(), Origin: 'https://evil.example' })))
        .status,
    ]
    expect(failed.filter((status) => status < 400 || status > 499)).toEqual([])
    using only = await MobiumClient.connect({ port })
    for (let i = 0; i < 3; i++) {
      expect(statusOf(await MobiumClient.tryConnect({ port }))).toBe(503)
    }
    await only.leave()
    await eventually('it is gone', async () => (await openSockets(relay)) === 0)
    using next = await MobiumClient.connect({ port })
    await next.expectNothing()
  })

  test('sockets that come and go leave nothing behind', async () => {
    await using relay = await start({ 'max-sockets': '3', 'max-sockets-per-address': '3' })
    for (let i = 0; i < 20; i++) {
      const client = await arrive(relay)
      if (i % 2 === 0) await client.leave()
      else client.socket.terminate()
      await eventually('it is gone', async () => (await openSockets(relay)) === 0)
    }
  })
})

describe('A sign of life', () => {
  test('mobium 23: is asked for after a while, not at once; who gives none is ended', async () => {
    await using relay = await start({ 'ws-ping-interval-secs': '1', 'ws-ping-timeout-secs': '1' })
    using alive = await arrive(relay)
    const deaf = await MobiumClient.connect({ port: relay.port, answersPings: false })
    await deaf.logIn(Person.draw())
    expect([alive.socket.pings.size, deaf.socket.pings.size]).toEqual([0, 0])
    expect(await alive.socket.pings.next()).toHaveLength(0)
    await deaf.socket.closed()
    await alive.expectNothing()
  })
})

describe('Two sockets of one original client', () => {
  const send = async (from: MobiumClient, to: Person, payload: string) => {
    from.send({ type: 'message', recipient: to.name, payload })
    await from.next('ack')
  }

  test('mobium 24: the newer one gets messages, and goes on when the older one is closed', async () => {
    await using relay = await start({})
    using friend = await arrive(relay)
    const older = await arrive(relay)
    const { person } = older
    using newer = await arrive(relay, { person })
    await send(friend, person, '01')
    expect((await newer.next('message'))['payload']).toBe('01')
    await older.expectNothing()
    await older.leave()
    await eventually('it is gone', async () => (await openSockets(relay)) === 2)
    await send(friend, person, '02')
    expect((await newer.next('message'))['payload']).toBe('02')
  })

  test('mobium 24: the older one gets them again when the newer one is closed', async () => {
    await using relay = await start({})
    using friend = await arrive(relay)
    using older = await arrive(relay)
    const { person } = older
    const newer = await arrive(relay, { person })
    await send(friend, person, '01')
    await newer.next('message')
    newer.socket.terminate()
    await eventually('it is gone', async () => (await openSockets(relay)) === 2)
    await send(friend, person, '02')
    expect((await older.next('message'))['payload']).toBe('02')
    await older.expectNothing()
  })
})

describe('Frames that nobody may send', () => {
  test('one that is longer than any message can be ends its socket, and no other', async () => {
    await using relay = await start({ 'live-max-message-bytes': '1024' })
    using client = await arrive(relay)
    using friend = await arrive(relay)
    client.socket.send(Opcode.binary, new Uint8Array(1), { claimedLength: 64 * 1024 * 1024 })
    expect((await client.socket.closed()).code).toBe(1009)
    await friend.expectNothing()
  })

  test('one that is not masked does, too', async () => {
    await using relay = await start({})
    using client = await arrive(relay)
    using friend = await arrive(relay)
    client.socket.send(Opcode.binary, Uint8Array.of(0x80), { isMasked: false })
    await client.socket.closed()
    await friend.expectNothing()
  })
})

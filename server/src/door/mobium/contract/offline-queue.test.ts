/**
 * @module Messages to who is not there (mobium reference §1.5, §1.6, behaviours 27–30, 33).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, startLive, visit } from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { Person, text } from '#door/mobium/contract/person-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

const to = ({ name }: Person, payload: string) => ({ type: 'message', recipient: name, payload })

/** Logs in, and leaves when everything that waited is gone from the relay. Resolves to what came. */
async function collect(where: RunningRelay, person: Person) {
  using client = await MobiumClient.connect({ port: where.port })
  const login = await client.logIn(person)
  await eventually('nothing waits', async () => (await where.stored()) === 0)
  return login
}

describe('What waits', () => {
  test('mobium 27: comes with the time of its coming, before the answer to the login, which counts it', async () => {
    using alice = await arrive(relay)
    const bob = await visit(relay)
    const since = Math.floor(Date.now() / 1000)
    for (const words of ['one', 'two', 'three']) await alice.ask(to(bob, text(words)))
    const until = Math.floor(Date.now() / 1000)
    const { waiting, success } = await collect(relay, bob)
    expect(success).toEqual({ type: 'auth_success', offline_count: 3 })
    expect(waiting).toEqual(
      ['one', 'two', 'three'].map((words) => ({
        type: 'message',
        sender: alice.name,
        payload: text(words),
        offline: true,
        timestamp: expect.any(Number),
      })),
    )
    for (const { timestamp } of waiting) {
      expect(timestamp).toBeGreaterThanOrEqual(since)
      expect(timestamp).toBeLessThanOrEqual(until)
      expect(Number.isInteger(timestamp)).toBe(true)
    }
  })

  test('mobium 28: comes once', async () => {
    using alice = await arrive(relay)
    const bob = await visit(relay)
    await alice.ask(to(bob, '01'))
    expect((await collect(relay, bob)).waiting).toHaveLength(1)
    expect(await collect(relay, bob)).toEqual({
      waiting: [],
      success: { type: 'auth_success', offline_count: 0 },
    })
  })

  test('mobium 28: and what came live does not come again', async () => {
    using alice = await arrive(relay)
    using client = await arrive(relay)
    await alice.ask(to(client.person, '01'))
    await client.next('message')
    await eventually('nothing waits', async () => (await relay.stored()) === 0)
    expect((await collect(relay, client.person)).waiting).toEqual([])
  })

  test('mobium 29: comes in its order, a thousand of them', async () => {
    // One after the other is one commit after the other: on a disk that takes its time.
    await using quick = await startLive({ database: 'memory' })
    using alice = await arrive(quick)
    const bob = await visit(quick)
    const payloads = Array.from({ length: 1000 }, (_, i) => text(`message ${i}`))
    alice.send(...payloads.map((payload) => to(bob, payload)))
    await alice.take(payloads.length)
    const { waiting, success } = await collect(quick, bob)
    expect(success['offline_count']).toBe(1000)
    expect(waiting.map(({ payload }) => payload)).toEqual(payloads)
  })

  test('what is sent while somebody logs in comes once, behind what waited, in its order', async () => {
    using alice = await arrive(relay)
    const bob = await visit(relay)
    const payloads = Array.from({ length: 100 }, (_, i) => text(`message ${i}`))
    alice.send(...payloads.slice(0, 50).map((payload) => to(bob, payload)))
    await alice.take(50)
    using client = await MobiumClient.connect({ port: relay.port })
    alice.send(...payloads.slice(50).map((payload) => to(bob, payload)))
    client.send(client.login(bob))
    await alice.take(50)
    const all = (await client.sofar()).filter(({ type }) => type === 'message')
    expect(all.map(({ payload }) => payload)).toEqual(payloads)
  })
})

describe('What is too much', () => {
  test('mobium 30: is told to the sender, and does not push out what was there', async () => {
    await using small = await startLive({ flags: { 'max-inbox-size': '5' } })
    using alice = await arrive(small)
    const bob = await visit(small)
    const acks = []
    for (let i = 0; i < 7; i++) acks.push(await alice.ask(to(bob, text(`message ${i}`))))
    const ack = { type: 'ack', recipient: bob.name }
    const full = { ...ack, status: 'mailbox-full' }
    expect(acks).toEqual([ack, ack, ack, ack, ack, full, full])
    const { waiting } = await collect(small, bob)
    expect(waiting.map(({ payload }) => payload)).toEqual(
      [0, 1, 2, 3, 4].map((i) => text(`message ${i}`)),
    )
    expect(await alice.ask(to(bob, '01'))).toEqual(ack)
  })
})

describe('What is too old', () => {
  test('mobium 33: is not delivered, and goes', async () => {
    let ahead = 0
    const clock = { now: () => Date.now() + ahead }
    await using aged = await startLive({
      clock,
      flags: { 'live-message-ttl-secs': '3600', 'messaging-cleanup-interval-secs': '1' },
    })
    using alice = await arrive(aged)
    const bob = await visit(aged)
    await alice.ask(to(bob, text('old')))
    ahead = 1_800_000
    await alice.ask(to(bob, text('new')))
    ahead = 3_700_000
    await eventually('the old one is gone', async () => (await aged.stored()) === 1)
    const { waiting } = await collect(aged, bob)
    expect(waiting.map(({ payload }) => payload)).toEqual([text('new')])
  })

  test('mobium 33: not even before it went', async () => {
    let ahead = 0
    const clock = { now: () => Date.now() + ahead }
    await using aged = await startLive({ clock, flags: { 'live-message-ttl-secs': '3600' } })
    using alice = await arrive(aged)
    const bob = await visit(aged)
    await alice.ask(to(bob, text('old')))
    ahead = 3_700_000
    using client = await MobiumClient.connect({ port: aged.port })
    expect((await client.logIn(bob)).waiting).toEqual([])
  })
})

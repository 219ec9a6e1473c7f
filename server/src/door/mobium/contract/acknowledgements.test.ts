/**
 * @module What clients of ours have beyond the original: ids of their own, answers that say what became of a message, and
 * messages that stay until they are acknowledged (W8, W9).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import {
  arrive,
  depart,
  gather,
  nothingWaits,
  requestFailed,
  startLive,
  visit,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient, type Message } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, Person, text } from '#door/mobium/contract/person-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

const ours = { caps: ['ack'] }

const to = ({ name }: { readonly name: string }, payload: string, client_id?: string): Message => ({
  type: 'message',
  recipient: name,
  payload,
  ...(client_id === undefined ? {} : { client_id }),
})

const payloadsOf = (messages: readonly Message[]) => messages.map(({ payload }) => payload)
const idsOf = (messages: readonly Message[]) => messages.map(({ id }) => id)

describe("A client's own id", () => {
  test('comes back with what became of the message', async () => {
    using alice = await arrive(relay, ours)
    using bob = await arrive(relay)
    const away = await visit(relay)
    const ids = [draw(16), draw(16)] as const
    const ack = { type: 'ack' }
    expect(await alice.ask(to(bob, '01', ids[0]))).toEqual({
      ...ack,
      recipient: bob.name,
      client_id: ids[0],
      status: 'delivered',
    })
    expect(await alice.ask(to(away, '01', ids[1]))).toEqual({
      ...ack,
      recipient: away.name,
      client_id: ids[1],
      status: 'stored',
    })
  })

  test('is not handed on, and the message is not sent a second time', async () => {
    using alice = await arrive(relay, ours)
    const bob = await visit(relay)
    const client_id = draw(16)
    const statuses = []
    for (let i = 0; i < 3; i++) {
      statuses.push((await alice.ask(to(bob, text(`attempt ${i}`), client_id)))['status'])
    }
    expect(statuses).toEqual(['stored', 'duplicate', 'duplicate'])
    using client = await MobiumClient.connect({ port: relay.port })
    const { waiting } = await client.logIn(bob)
    expect(waiting).toHaveLength(1)
    expect(waiting[0]).not.toHaveProperty('client_id')
    expect(payloadsOf(waiting)).toEqual([text('attempt 0')])
  })

  test("is this sender's alone: others may draw the same, and for others", async () => {
    using alice = await arrive(relay, ours)
    using eve = await arrive(relay, ours)
    using bob = await arrive(relay, ours)
    const client_id = draw(16)
    expect((await alice.ask(to(bob, '01', client_id)))['status']).toBe('delivered')
    expect((await eve.ask(to(bob, '02', client_id)))['status']).toBe('delivered')
    expect((await alice.ask(to(eve, '03', client_id)))['status']).toBe('delivered')
    expect(payloadsOf(await bob.sofar())).toEqual(['01', '02'])
  })

  test('names the error that answers it', async () => {
    using alice = await arrive(relay, ours)
    const client_id = draw(16)
    expect(await alice.ask(to(Person.draw(), '01', client_id))).toEqual({
      ...requestFailed,
      code_str: 'unknown-recipient',
      re: client_id,
    })
  })

  test('and a full mailbox is said', async () => {
    await using small = await startLive({ flags: { 'max-inbox-size': '1' } })
    using alice = await arrive(small, ours)
    const bob = await visit(small)
    const client_id = draw(16)
    await alice.ask(to(bob, '01'))
    expect((await alice.ask(to(bob, '02', client_id)))['status']).toBe('mailbox-full')
    using client = await MobiumClient.connect({ port: small.port })
    await client.logIn(bob)
    await eventually('there is room', async () => (await small.stored()) === 0)
    // It was not kept, so that it may come with the same id.
    expect((await alice.ask(to(bob, '02', client_id)))['status']).toBe('delivered')
    expect(payloadsOf(await client.sofar())).toEqual(['02'])
  })

  test('of a message to a channel comes back with its number; a second one is not posted', async () => {
    using alice = await arrive(relay, ours)
    using bob = await arrive(relay)
    const channel_id = await gather(alice, bob)
    const client_id = draw(16)
    const said = { type: 'channel_message', channel_id, payload: '01', bucket_size: 0, client_id }
    const first = await alice.ask(said)
    expect(first).toEqual({
      type: 'ack',
      channel_id,
      client_id,
      status: 'stored',
      id: expect.any(Number),
      timestamp: expect.any(Number),
      accepted_at: expect.any(Number),
    })
    expect(await alice.ask({ ...said, payload: '02' })).toEqual({ ...first, status: 'duplicate' })
    expect(payloadsOf(await bob.sofar())).toEqual(['01'])
    const history = await bob.ask({ type: 'get_history', channel_id, after_id: 0 })
    expect(history['messages']).toMatchObject([{ payload: '01', id: first['id'] }])
    using eve = await arrive(relay, ours)
    const refused = await eve.ask(said)
    expect(refused).toMatchObject({ type: 'error', code_str: 'not-a-member', re: client_id })
  })

  test.each([0, 15, 17])('must be 16 bytes, and not %i', async (bytes) => {
    const client_id = draw(bytes)
    using alice = await arrive(relay, ours)
    expect((await alice.ask(to(alice, '01', client_id))).type).toBe('error')
  })
})

describe('What is acknowledged', () => {
  test('the answer to a login comes first and says what the relay can', async () => {
    using alice = await arrive(relay)
    const bob = await visit(relay)
    await alice.ask(to(bob, '01'))
    using client = await MobiumClient.connect({ port: relay.port })
    const { waiting, success } = await client.logIn(bob, ours)
    expect(waiting).toEqual([])
    expect(success).toMatchObject({ type: 'auth_success', offline_count: 0, device: 1 })
    expect(success['caps']).toContain('ack')
    expect(await client.next()).toEqual({
      type: 'message',
      sender: alice.name,
      payload: '01',
      offline: true,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: expect.any(Number),
      accepted_at: expect.any(Number),
    })
  })

  test('is gone; what is not comes again with the same id', async () => {
    using alice = await arrive(relay)
    const bob = await visit(relay)
    for (const payload of ['01', '02', '03']) await alice.ask(to(bob, payload))
    const first = await arrive(relay, { ...ours, person: bob })
    const messages = await first.take(3)
    const ids = idsOf(messages)
    first.send({ type: 'ack', ids: [ids[1]] })
    await first.expectNothing()
    await depart(relay, first)
    const second = await arrive(relay, { ...ours, person: bob })
    const left = await second.take(2)
    expect([payloadsOf(left), idsOf(left)]).toEqual([
      ['01', '03'],
      [ids[0], ids[2]],
    ])
    second.send({ type: 'ack', ids: idsOf(left) })
    await depart(relay, second)
    using third = await arrive(relay, { ...ours, person: bob })
    await third.expectNothing()
  })

  test('also of what came live, and when the connection is lost', async () => {
    using alice = await arrive(relay)
    const first = await arrive(relay, ours)
    const { person: bob } = first
    await alice.ask(to(bob, '01'))
    const live = await first.next('message')
    expect(Object.keys(live).toSorted()).toEqual([
      'accepted_at',
      'id',
      'payload',
      'sender',
      'timestamp',
      'type',
    ])
    first.socket.terminate()
    using second = await arrive(relay, { ...ours, person: bob })
    expect(await second.next('message')).toMatchObject({ payload: '01', id: live['id'] })
    second.send({ type: 'ack', ids: [live['id']] })
    await nothingWaits(relay, bob)
  })

  test('with ids of nobody or of others changes nothing', async () => {
    using alice = await arrive(relay, ours)
    using bob = await arrive(relay, ours)
    using eve = await arrive(relay, ours)
    await alice.ask(to(bob, '01'))
    const { id } = await bob.next('message')
    eve.send({ type: 'ack', ids: [id, draw(16)] })
    await eve.expectNothing()
    await depart(relay, eve)
    using again = await arrive(relay, { ...ours, person: bob.person })
    expect((await again.next('message'))['id']).toBe(id)
    again.send({ type: 'ack', ids: [id] })
    await nothingWaits(relay, bob.person)
  })

  test('many at once, in any order, are all gone', async () => {
    using alice = await arrive(relay)
    const bob = await visit(relay)
    const count = 120
    alice.send(...Array.from({ length: count }, (_, i) => to(bob, text(`${i}`))))
    await alice.take(count)
    using client = await arrive(relay, { ...ours, person: bob })
    const messages = await client.take(count)
    expect(payloadsOf(messages)).toEqual(Array.from({ length: count }, (_, i) => text(`${i}`)))
    client.send({ type: 'ack', ids: idsOf(messages).toReversed() })
    await nothingWaits(relay, bob)
  })
})

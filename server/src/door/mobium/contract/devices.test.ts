/**
 * @module Several devices of one identity, and several sockets of one device (W20).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import {
  arrive,
  gather,
  joinChannel,
  nothingWaits,
  startLive,
  visit,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, Person } from '#door/mobium/contract/person-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

const ours = { caps: ['ack', 'devices'] }

const to = ({ name }: { readonly name: string }, payload: string, device?: number) => ({
  type: 'message',
  recipient: name,
  payload,
  ...(device === undefined ? {} : { device }),
})

describe('Devices', () => {
  test('have a mailbox each; without a device named it is the first', async () => {
    const person = Person.draw()
    using alice = await arrive(relay, ours)
    using first = await arrive(relay, { ...ours, person })
    using second = await arrive(relay, { ...ours, person, device: 2 })
    await alice.ask(to(person, '00'))
    await alice.ask(to(person, '01', 1))
    await alice.ask(to(person, '02', 2))
    expect((await first.sofar()).map(({ payload }) => payload)).toEqual(['00', '01'])
    expect((await second.sofar()).map(({ payload }) => payload)).toEqual(['02'])
  })

  test('are told which one they are, and known to have been there', async () => {
    using alice = await arrive(relay, ours)
    using client = await MobiumClient.connect({ port: relay.port })
    const { success } = await client.logIn(Person.draw(), { ...ours, device: 127 })
    expect(success['device']).toBe(127)
    expect((await alice.ask(to(client, '01', 127))).type).toBe('ack')
    // This one never logged in.
    expect(await alice.ask(to(client, '01', 126))).toMatchObject({ code_str: 'unknown-recipient' })
  })

  test.each([0, 128, -1, 1.5, '1'])(
    'are numbered from 1 to 127, and %s is none',
    async (device) => {
      using client = await MobiumClient.connect({ port: relay.port })
      expect((await client.ask({ ...client.login(Person.draw()), device })).type).toBe('error')
    },
  )

  test('of the sender get what it says in channels, but for the socket that said it', async () => {
    const person = Person.draw()
    using first = await arrive(relay, { ...ours, person })
    using second = await arrive(relay, { ...ours, person, device: 2 })
    using friend = await arrive(relay)
    const channel_id = await gather(first, friend)
    await second.sofar()
    const said = { type: 'channel_message', channel_id, payload: '01', bucket_size: 0 }
    await first.ask(said)
    expect(await second.sofar()).toEqual([
      { type: 'channel_message', channel_id, sender: person.name, payload: '01' },
    ])
    await first.expectNothing()
  })

  test('are one member: of a joining none of the own sockets hears, of what follows all do', async () => {
    const person = Person.draw()
    using first = await arrive(relay, { ...ours, person })
    using second = await arrive(relay, { ...ours, person, device: 2 })
    using friend = await arrive(relay)
    const channel_id = await gather(friend)
    await joinChannel(first, channel_id)
    await second.expectNothing()
    expect(await friend.sofar()).toHaveLength(1)
    const said = { type: 'channel_message', channel_id, payload: '01', bucket_size: 0 }
    await friend.ask(said)
    expect([await first.sofar(), await second.sofar()].map((all) => all.length)).toEqual([1, 1])
    await second.ask({ type: 'leave_channel', channel_id })
    await friend.sofar()
    await friend.ask(said)
    await first.expectNothing()
    await second.expectNothing()
  })

  test('that come later are in what the identity is in, and not in what it has left', async () => {
    const person = Person.draw()
    using first = await arrive(relay, { ...ours, person })
    using friend = await arrive(relay)
    const left = await gather(friend, first)
    const kept = await gather(friend, first)
    await first.ask({ type: 'leave_channel', channel_id: left })
    await friend.sofar()
    using second = await arrive(relay, { ...ours, person, device: 2 })
    for (const channel_id of [left, kept]) {
      await friend.ask({ type: 'channel_message', channel_id, payload: '01', bucket_size: 0 })
    }
    for (const client of [first, second]) {
      expect((await client.sofar()).map(({ channel_id }) => channel_id)).toEqual([kept])
    }
  })

  test('all ring when somebody calls', async () => {
    const person = Person.draw()
    using first = await arrive(relay, { ...ours, person })
    using second = await arrive(relay, { ...ours, person, device: 2 })
    using friend = await arrive(relay)
    const signal = { type: 'voice_signal', signal_type: 'offer', payload: '01' }
    await friend.ask({ ...signal, recipient: person.name })
    const rung = [{ ...signal, sender: friend.name }]
    expect([await first.sofar(), await second.sofar()]).toEqual([rung, rung])
  })

  test('are listed by what the identity signed, as it stands', async () => {
    using alice = await arrive(relay, ours)
    using bob = await arrive(relay, ours)
    const ask = { type: 'get_devices', target_pubkey: alice.name }
    expect(await bob.ask(ask)).toEqual({
      type: 'devices',
      target_pubkey: alice.name,
      error: expect.any(String),
    })
    for (const record of [draw(300), draw(5), '']) {
      const published = await alice.ask({ type: 'publish_devices', record })
      expect(published).toEqual({ type: 'devices_stored' })
      expect(await bob.ask(ask)).toEqual({ type: 'devices', target_pubkey: alice.name, record })
    }
    const tooLarge = { type: 'publish_devices', record: draw(65_537) }
    expect((await alice.ask(tooLarge)).type).toBe('error')
  })
})

describe('Sockets of one device', () => {
  test('that acknowledge all get everything, and one of them is enough', async () => {
    const person = await visit(relay, ours)
    using alice = await arrive(relay)
    await alice.ask(to(person, '01'))
    using one = await arrive(relay, { ...ours, person })
    using two = await arrive(relay, { ...ours, person })
    await alice.ask(to(person, '02'))
    const all = [await one.take(2), await two.take(2)]
    for (const messages of all) {
      expect(messages.map(({ payload }) => payload)).toEqual(['01', '02'])
    }
    two.send({ type: 'ack', ids: all[0]?.map(({ id }) => id) ?? [] })
    await nothingWaits(relay, person)
  })

  test('of which one is an original client: it takes what it reads, and the other got it too', async () => {
    const person = Person.draw()
    using alice = await arrive(relay)
    using keeping = await arrive(relay, { ...ours, person })
    using original = await arrive(relay, { person })
    await alice.ask(to(person, '01'))
    expect((await keeping.next('message'))['payload']).toBe('01')
    expect((await original.next('message'))['payload']).toBe('01')
    await nothingWaits(relay, person)
  })
})

/**
 * @module Messages from one to another who is there (mobium reference §1.6, behaviours 25, 26, 31, 32, 34–36).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encode } from '@msgpack/msgpack'
import { arrive, requestFailed, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import type { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, hex, Person, text } from '#door/mobium/contract/person-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
let alice: MobiumClient
let bob: MobiumClient
beforeAll(async () => {
  relay = await startLive()
  alice = await arrive(relay)
  bob = await arrive(relay)
})
afterAll(() => relay[Symbol.asyncDispose]())

const to = (recipient: string, payload: string) => ({ type: 'message', recipient, payload })

describe('A message', () => {
  test('mobium 25: reaches who is there with its sender, and the sender hears of it', async () => {
    const payload = text('hello')
    expect(await alice.ask(to(bob.name, payload))).toEqual({ type: 'ack', recipient: bob.name })
    expect(await bob.next()).toEqual({ type: 'message', sender: alice.name, payload })
    await Promise.all([alice.expectNothing(), bob.expectNothing()])
  })

  test('mobium 26: names the sender who logged in, whatever it says', async () => {
    const sender = Person.draw().name
    await alice.ask({ ...to(bob.name, '01'), sender })
    expect(await bob.next()).toEqual({ type: 'message', sender: alice.name, payload: '01' })
  })

  test('mobium 34: to oneself comes back', async () => {
    alice.send(to(alice.name, '01'))
    const both = [await alice.next(), await alice.next()]
    expect(both).toContainEqual({ type: 'message', sender: alice.name, payload: '01' })
    expect(both).toContainEqual({ type: 'ack', recipient: alice.name })
  })

  test('mobium 35: may be empty', async () => {
    await alice.ask(to(bob.name, ''))
    expect(await bob.next()).toEqual({ type: 'message', sender: alice.name, payload: '' })
  })

  test('mobium 36: arrives unchanged with every byte there is', async () => {
    const payload = hex(Uint8Array.from({ length: 256 }, (_, i) => i))
    await alice.ask(to(bob.name, payload))
    expect((await bob.next('message'))['payload']).toBe(payload)
  })

  test('comes in the order of its sender, all of them', async () => {
    const payloads = Array.from({ length: 150 }, (_, i) => text(`message ${i}`))
    alice.send(...payloads.map((payload) => to(bob.name, payload)))
    const received = await bob.take(payloads.length)
    expect(received.map(({ payload }) => payload)).toEqual(payloads)
    expect(await alice.take(payloads.length)).toEqual(
      payloads.map(() => ({ type: 'ack', recipient: bob.name })),
    )
  })

  test('of several senders at once none is lost and none comes twice', async () => {
    const senders = await Promise.all(Array.from({ length: 10 }, () => arrive(relay)))
    const payloads = senders.flatMap((sender, s) =>
      Array.from({ length: 20 }, (_, i) => {
        const payload = text(`${s}/${i}`)
        sender.send(to(bob.name, payload))
        return payload
      }),
    )
    const received = (await bob.take(payloads.length)).map(({ payload }) => String(payload))
    expect(received.toSorted()).toEqual(payloads.toSorted())
    for (const sender of senders) {
      expect(await sender.sofar()).toHaveLength(20)
      sender[Symbol.dispose]()
    }
    await bob.expectNothing()
  })
})

describe('A message that cannot go', () => {
  test('mobium 31: of the largest size passes, one byte more does not', async () => {
    const largest = 2 ** 20
    // The longest of all: each byte takes two as a number.
    const payload = 'ff'.repeat(largest)
    expect(await alice.ask(to(bob.name, payload))).toEqual({ type: 'ack', recipient: bob.name })
    expect((await bob.next('message'))['payload']).toBe(payload)
    expect(await alice.ask(to(bob.name, `${payload}ff`))).toEqual(requestFailed)
    await bob.expectNothing()
  })

  test('mobium 31: the size is an option', async () => {
    await using small = await startLive({
      database: 'memory',
      flags: { 'live-max-message-bytes': '1024' },
    })
    using client = await arrive(small, { form: 'bin' })
    expect((await client.ask(to(client.name, draw(1025)))).type).toBe('error')
    client.send(to(client.name, draw(1024)))
    expect((await client.take(2)).map(({ type }) => type).toSorted()).toEqual(['ack', 'message'])
  })

  test('mobium 32: to somebody who was never here is an error, and waits for nobody', async () => {
    const stranger = Person.draw()
    expect(await alice.ask(to(stranger.name, '01'))).toEqual(requestFailed)
    using arrived = await arrive(relay, { person: stranger })
    await arrived.expectNothing()
  })

  test.each([
    ['nobody can have', draw(31)],
    ['is too long', draw(64)],
    ['is longer still', draw(65)],
    ['is empty', ''],
  ])('mobium 32: so is one to a name that %s', async (_, name) => {
    expect(await alice.ask(to(name, '01'))).toEqual(requestFailed)
  })

  test.each([
    ['without a recipient', { type: 'message', payload: [1] }],
    ['without a payload', { type: 'message', recipient: [1] }],
    ['with a map for a payload', { type: 'message', recipient: [1], payload: {} }],
  ])('%s is an error', async (_, map) => {
    alice.raw(encode(map))
    expect(await alice.next()).toEqual(requestFailed)
  })
})

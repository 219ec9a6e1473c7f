/**
 * @module Acknowledgements (obscura reference §2.4, behaviours 53, 54, 59 and 64–66). Whether something is stored is read
 * from the relay's own count.
 */
import { describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { encodeAckFrame, parseUuid } from '@sotto/wire'
import { ackOfText } from '#door/obscura/contract/gateway-for-tests.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'

interface Stage extends AsyncDisposable {
  readonly relay: RunningRelay
  readonly person: Person
  readonly friend: Person
}

/** A relay of its own, so that its count is this test's alone. */
async function openStage(batchSize: number, flushMillis: number): Promise<Stage> {
  const relay = await RunningRelay.start({
    flags: {
      'ws-ack-batch-size': String(batchSize),
      'ws-ack-flush-interval-ms': String(flushMillis),
    },
  })
  const [person, friend] = await Promise.all([relay.join(), relay.join()])
  return { relay, person, friend, [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose]() }
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `msg_${i}`)
const day = 60_000

describe('Acknowledgements', () => {
  test('obscura 53: a few wait for the interval, a full batch does not', async () => {
    await using stage = await openStage(5, day)
    const { relay, person, friend } = stage
    await relay.send(friend, person, ...numbered(5))
    using gateway = await relay.connect(person)
    const envelopes = await gateway.envelopes(5)
    gateway.acknowledge(...envelopes.slice(0, 3))
    await gateway.ping()
    await pause(100)
    expect(await relay.stored()).toBe(5)

    gateway.acknowledge(...envelopes.slice(3))
    await eventually('the batch was full', async () => (await relay.stored()) === 0)
  })

  test('obscura 54: three alone go with the interval', async () => {
    await using stage = await openStage(50, 100)
    const { relay, person, friend } = stage
    await relay.send(friend, person, ...numbered(3))
    using gateway = await relay.connect(person)
    for (const envelope of await gateway.envelopes(3)) gateway.acknowledge(envelope)
    await eventually('they are removed', async () => (await relay.stored()) === 0)
  })

  test('obscura 64: nobody acknowledges what is another’s', async () => {
    await using stage = await openStage(1, day)
    const { relay, person, friend } = stage
    await relay.send(friend, person, 'mine')
    await relay.send(person, friend, 'theirs')
    using own = await relay.connect(person)
    const envelope = await own.envelope()
    using thief = await relay.connect(friend)
    const theirs = await thief.envelope()
    thief.acknowledge(envelope)
    thief.acknowledge(theirs)
    await eventually('their own is removed', async () => (await relay.stored()) === 1)
    expect(await relay.waiting(person)).toEqual(['mine'])
  })

  test('obscura 65: one frame with five ids removes all five', async () => {
    await using stage = await openStage(50, 50)
    const { relay, person, friend } = stage
    await relay.send(friend, person, ...numbered(6))
    using gateway = await relay.connect(person)
    const envelopes = await gateway.envelopes(6)
    gateway.acknowledge(...envelopes.slice(0, 5))
    await eventually('five are removed', async () => (await relay.stored()) === 1)
    expect(await relay.waiting(person)).toEqual(['msg_5'])
  })

  test.each(['a goodbye', 'no goodbye'])(
    'obscura 66: what waits to be written is written when the client leaves with %s',
    async (how) => {
      await using stage = await openStage(10, day)
      const { relay, person, friend } = stage
      await relay.send(friend, person, ...numbered(5))
      const gateway = await relay.connect(person)
      gateway.acknowledge(...(await gateway.envelopes(5)))
      await gateway.ping()
      expect(await relay.stored()).toBe(5)
      if (how === 'a goodbye') await gateway.leave()
      else gateway.socket.terminate()
      await eventually('all are removed', async () => (await relay.stored()) === 0)
      expect(await relay.waiting(person)).toEqual([])
    },
  )

  test('obscura 66: and when the relay stops', async () => {
    await using stage = await openStage(10, day)
    const { relay, person, friend } = stage
    await relay.send(friend, person, ...numbered(5))
    using gateway = await relay.connect(person)
    gateway.acknowledge(...(await gateway.envelopes(5)).slice(0, 4))
    await gateway.ping()
    await relay.stop()
    await using next = await RunningRelay.start({ folder: relay.folder })
    expect(await next.waiting(person)).toEqual(['msg_4'])
  })

  test('obscura 66: and when the account is taken over or logged out, nothing breaks', async () => {
    await using stage = await openStage(10, day)
    const { relay, person, friend } = stage
    await relay.send(friend, person, ...numbered(5))
    using gateway = await relay.connect(person)
    gateway.acknowledge(...(await gateway.envelopes(5)).slice(0, 2))
    await gateway.ping()
    await relay.logOut(person.token, person.refreshToken)
    await gateway.socket.closed()
    await eventually('two are removed', async () => (await relay.stored()) === 3)
  })

  test('obscura 59: a flood of unknown ids disturbs nothing', async () => {
    await using stage = await openStage(1, day)
    const { relay, person, friend } = stage
    using gateway = await relay.connect(person)
    for (let i = 0; i < 300; i++) gateway.acknowledge({ id: randomUUID() })
    const strangers = Array.from({ length: 50_000 }, () => Uint8Array.of(...unknownId))
    gateway.sendFrame(encodeAckFrame(strangers))
    await gateway.ping()
    await relay.send(friend, person, 'still here')
    const envelope = await gateway.envelope()
    gateway.acknowledge(envelope)
    await eventually('it is removed', async () => (await relay.stored()) === 0)
  })

  test('an id counts however it is written, and as often as it comes', async () => {
    await using stage = await openStage(1, day)
    const { relay, person, friend } = stage
    await relay.send(friend, person, ...numbered(5))
    using gateway = await relay.connect(person)
    const [first, second, third, fourth] = await gateway.envelopes(5)
    gateway.sendFrame(ackOfText((first?.id ?? '').toUpperCase()))
    gateway.sendFrame(ackOfText((second?.id ?? '').replaceAll('-', '')))
    gateway.sendFrame(ackOfText(`{${third?.id ?? ''}}`))
    for (let i = 0; i < 20; i++) gateway.acknowledge({ id: fourth?.id ?? '' })
    await eventually('four are removed', async () => (await relay.stored()) === 1)
    expect(await relay.waiting(person)).toEqual(['msg_4'])
  })

  test('a good id counts beside a bad one', async () => {
    await using stage = await openStage(1, day)
    const { relay, person, friend } = stage
    await relay.send(friend, person, 'only one')
    using gateway = await relay.connect(person)
    const { id } = await gateway.envelope()
    // message_id is no id; message_ids holds one that is none and one that is.
    const texts = ['not-a-uuid', 'neither', id].map((text) => Buffer.from(text))
    const fields = texts.map((text, i) =>
      Buffer.concat([Buffer.of(i === 0 ? 0x0a : 0x12, text.length), text]),
    )
    const ack = Buffer.concat(fields)
    gateway.sendFrame(Buffer.concat([Buffer.of(0x5a, ack.length), ack]))
    await eventually('it is removed', async () => (await relay.stored()) === 0)
  })
})

const unknownId = parseUuid('11111111-2222-4333-8444-555555555555') ?? []

/**
 * @module Mailboxes that are full, and envelopes past their time (obscura reference §4.3 and §4.4, behaviours 62 and
 * 63). Each test has a relay of its own.
 */
import { describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { textOf } from '#door/obscura/contract/gateway-for-tests.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `msg_${i}`)

describe('Full mailboxes', () => {
  test('obscura 62: by default the sender is told, and nothing is lost', async () => {
    await using small = await RunningRelay.start({ flags: { 'max-inbox-size': '3' } })
    const [person, friend] = await Promise.all([small.join(), small.join()])
    await small.send(friend, person, ...numbered(3))
    const refused = await small.trySend(friend, person, 'one too many')
    expect([refused.status, refused.json]).toEqual([507, { error: 'Mailbox full' }])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    // A full mailbox is the business of its owner alone.
    await small.send(person, friend, 'elsewhere there is room')

    const gateway = await small.connect(person)
    const envelopes = await gateway.envelopes(3)
    expect(envelopes.map(textOf)).toEqual(numbered(3))
    gateway.acknowledge(...envelopes.slice(0, 1))
    await gateway.leave()
    await eventually('one is acknowledged', async () => (await small.stored()) === 3)
    expect((await small.trySend(friend, person, 'now it fits')).status).toBe(201)
  })

  test('obscura 62: with --inbox-overflow=drop-oldest the newest 1000 stay', async () => {
    await using dropping = await RunningRelay.start({
      flags: { 'max-inbox-size': '1000', 'inbox-overflow': 'drop-oldest' },
    })
    const [person, friend] = await Promise.all([dropping.join(), dropping.join()])
    const texts = numbered(1005)
    await dropping.send(friend, person, ...texts.slice(0, 6))
    await Promise.all(texts.slice(6).map((text) => dropping.send(friend, person, text)))
    expect(await dropping.stored()).toBe(1000)
    using gateway = await dropping.connect(person)
    expect(await gateway.texts(1)).toEqual(['msg_5'])
  })

  test('a mailbox is full by bytes as well', async () => {
    await using small = await RunningRelay.start({
      database: 'memory',
      flags: { 'max-inbox-bytes': '2MiB' },
    })
    const [person, friend] = await Promise.all([small.join(), small.join()])
    await small.send(friend, person, randomBytes(1_500_000))
    expect((await small.trySend(friend, person, randomBytes(1_000_000))).status).toBe(507)
    expect((await small.trySend(friend, person, 'a small one')).status).toBe(201)
  })
})

describe('Expiry', () => {
  test('obscura 63: what is past its time is not delivered, and the job removes it alone', async () => {
    let nowMillis = Date.now()
    await using timed = await RunningRelay.start({
      clock: { now: () => nowMillis },
      flags: { 'messaging-cleanup-interval-secs': '1' },
    })
    const [person, friend] = await Promise.all([timed.join(), timed.join()])
    await timed.send(friend, person, 'old')
    nowMillis += 15 * 86_400_000
    await timed.send(await timed.logIn(friend), person, 'young')
    nowMillis += 15 * 86_400_000
    const { token } = await timed.logIn(person)
    using gateway = await timed.connect({ token })
    expect(await gateway.texts(1)).toEqual(['young'])
    await eventually('the job ran', async () => (await timed.stored()) === 1)
    nowMillis += 86_400_000
    expect(await timed.stored()).toBe(1)
  })
})

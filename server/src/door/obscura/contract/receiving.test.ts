/**
 * @module What arrives, in which order, and how often (obscura reference §2.3, behaviours 49–52 and 67).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { textOf } from '#door/obscura/contract/gateway-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
let sender: Person
beforeAll(async () => {
  relay = await RunningRelay.start()
  sender = await relay.join()
})
afterAll(() => relay[Symbol.asyncDispose]())

const numbered = (count: number) => Array.from({ length: count }, (_, i) => `msg_${i}`)

describe('Receiving', () => {
  test('obscura 49: on one connection each message comes once', async () => {
    const person = await relay.join()
    using gateway = await relay.connect(person)
    await relay.send(sender, person, 'first')
    expect(await gateway.texts(1)).toEqual(['first'])
    await relay.send(sender, person, 'second')
    expect(await gateway.texts(1)).toEqual(['second'])
    expect(await gateway.during(200)).toEqual([])
  })

  test('obscura 50: what was not acknowledged comes again, what was does not', async () => {
    const person = await relay.join()
    await relay.send(sender, person, 'again and again')
    const ids = new Set<string>()
    for (let i = 0; i < 3; i++) {
      const gateway = await relay.connect(person)
      const envelope = await gateway.envelope()
      ids.add(envelope.id)
      if (i === 2) gateway.acknowledge(envelope)
      await gateway.leave()
    }
    expect(ids.size).toBe(1)
    expect(await relay.waiting(person)).toEqual([])
  })

  test('obscura 51: a long backlog comes in order, without twins', async () => {
    const person = await relay.join()
    await relay.send(sender, person, ...numbered(125))
    using gateway = await relay.connect(person)
    expect(await gateway.texts(125)).toEqual(numbered(125))
    expect(await gateway.during(50)).toEqual([])
  })

  test('obscura 51: backlog and live messages come in one order', async () => {
    const person = await relay.join()
    await relay.send(sender, person, ...numbered(60))
    const sending = relay.send(sender, person, ...numbered(120).slice(60))
    using gateway = await relay.connect(person)
    expect(await gateway.texts(120)).toEqual(numbered(120))
    await sending
  })

  test('obscura 51: of many who send at once nothing is lost and nothing comes twice', async () => {
    const person = await relay.join()
    using gateway = await relay.connect(person)
    await Promise.all(numbered(150).map((text) => relay.send(sender, person, text)))
    const got = await gateway.texts(150)
    expect(got.toSorted()).toEqual(numbered(150).toSorted())
    expect(await gateway.during(50)).toEqual([])
    // The order on the wire is the order in the mailbox.
    expect(await relay.waiting(person)).toEqual(got)
  })

  test('obscura 52: a slow reader gets everything, in order', async () => {
    const person = await relay.join()
    using gateway = await relay.connect(person)
    await gateway.ping()
    gateway.socket.pause()
    const big = randomBytes(100_000)
    const contents = Array.from({ length: 100 }, (_, i) => Buffer.concat([Buffer.of(i), big]))
    for (const content of contents) await relay.send(sender, person, content)
    gateway.socket.resume()
    const got = await gateway.envelopes(100)
    expect(got.map(({ content }) => content[0])).toEqual(contents.map((_, i) => i))
    expect(got.every(({ content }) => content.length === 100_001)).toBe(true)
    expect(relay.lines.some((line) => line.includes('gateway.paused'))).toBe(true)
  })

  test('obscura 67: fetching bundles disturbs no delivery', async () => {
    const person = await relay.join({ oneTime: 60 })
    using gateway = await relay.connect(person)
    await Promise.all(
      numbered(50).flatMap((text) => [relay.send(sender, person, text), relay.bundle(person.id)]),
    )
    const texts: string[] = []
    while (texts.length < 50) {
      const frame = await gateway.frame()
      if (frame.kind === 'envelope') texts.push(textOf(frame))
    }
    expect(texts.toSorted()).toEqual(numbered(50).toSorted())
    const rest = await gateway.during(50)
    expect(rest.filter((frame) => frame.kind === 'envelope')).toEqual([])
  })

  test('messages outlive a restart, and what was acknowledged stays away', async () => {
    await using first = await RunningRelay.start()
    const [person, friend] = await Promise.all([first.join(), first.join()])
    await first.send(friend, person, ...numbered(5))
    const gateway = await first.connect(person)
    const envelopes = await gateway.envelopes(5)
    gateway.acknowledge(...envelopes.slice(0, 2))
    await gateway.ping()
    await first.stop()
    await using second = await RunningRelay.start({ folder: first.folder })
    expect(await second.waiting(person)).toEqual(['msg_2', 'msg_3', 'msg_4'])
    await second.send(friend, person, 'new')
    expect(await second.waiting(person)).toEqual(['msg_2', 'msg_3', 'msg_4', 'new'])
  })
})

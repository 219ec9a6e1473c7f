/**
 * @module What clients send over the gateway's socket, and pings both ways (obscura reference §2.4 and §2.5, behaviours
 * 55–59 and 68).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { ackOfText } from '#door/obscura/contract/gateway-for-tests.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { frame, Opcode } from '#door/obscura/contract/raw-socket-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
let friend: Person
beforeAll(async () => {
  relay = await RunningRelay.start()
  friend = await relay.join()
})
afterAll(() => relay[Symbol.asyncDispose]())

describe('What clients send', () => {
  const envelopeFromClient = Buffer.concat([Buffer.of(0x52, 0x02), Buffer.of(0x0a, 0x00)])

  test.each<[string, Uint8Array]>([
    ['obscura 56: garbage', Uint8Array.of(0x99, 0x88, 0x77)],
    ['obscura 57: an ack of not-a-uuid', ackOfText('not-a-uuid')],
    ['obscura 57: an ack of 5 bytes', ackOfText('\x01\x02\x03\x04\x05')],
    ['obscura 57: an ack of 32 bytes', ackOfText('\x07'.repeat(32))],
    ['obscura 57: an ack without an id', Uint8Array.of(0x5a, 0x00)],
    ['obscura 58: an envelope', envelopeFromClient],
    ['obscura 58: a status', Uint8Array.of(0x62, 0x02, 0x08, 0x01)],
    ['a frame without a payload', Uint8Array.of()],
    ['a field that nobody knows', Uint8Array.of(0x7a, 0x01, 0x00)],
    ['a length without an end', Uint8Array.of(0x5a, 0xff, 0xff, 0xff, 0xff, 0x0f)],
    ['a text that is no UTF-8', Uint8Array.of(0x5a, 0x03, 0x0a, 0x01, 0xff)],
  ])('%s is ignored', async (_, bytes) => {
    using gateway = await relay.connect(friend)
    gateway.sendFrame(bytes)
    await gateway.ping()
    expect(gateway.socket.isClosed).toBe(false)
  })

  test('obscura 58: a text frame is ignored, even one that would be an acknowledgement', async () => {
    const person = await relay.join()
    await relay.send(friend, person, 'stays')
    const gateway = await relay.connect(person)
    const { id } = await gateway.envelope()
    gateway.socket.send(Opcode.text, Buffer.from('hello'))
    gateway.socket.send(Opcode.text, ackOfText(id))
    await gateway.ping()
    await gateway.leave()
    expect(await relay.waiting(person)).toEqual(['stays'])
  })

  test('an ack may come in pieces', async () => {
    const person = await relay.join()
    await relay.send(friend, person, 'goes')
    const gateway = await relay.connect(person)
    const { id } = await gateway.envelope()
    const ack = ackOfText(id)
    gateway.socket.send(Opcode.binary, ack.subarray(0, 10), { isFinal: false })
    gateway.socket.send(0, ack.subarray(10))
    await gateway.ping()
    await gateway.leave()
    expect(await relay.waiting(person)).toEqual([])
  })

  test.each<[string, Uint8Array]>([
    ['an unmasked frame', frame(Opcode.binary, Uint8Array.of(1), { isMasked: false })],
    ['a reserved bit', Uint8Array.of(0xc2, 0x80, 0, 0, 0, 0)],
    ['an opcode that is none', frame(3, Uint8Array.of(1))],
    ['a ping of 126 bytes', frame(Opcode.ping, new Uint8Array(126))],
    ['a ping in pieces', frame(Opcode.ping, Uint8Array.of(1), { isFinal: false })],
    ['a piece of nothing', frame(0, Uint8Array.of(1))],
    ['a message of 4 MiB', frame(Opcode.binary, new Uint8Array(2 ** 22))],
    [
      'the promise of 2^40 bytes',
      frame(Opcode.binary, Uint8Array.of(1), { claimedLength: 2 ** 40 }),
    ],
    ['half a close code', frame(Opcode.close, Uint8Array.of(3))],
  ])('%s ends that connection, and no other', async (_, bytes) => {
    using other = await relay.connect(friend)
    using gateway = await relay.connect(friend)
    await Promise.all([gateway.ping(), other.ping()])
    gateway.socket.write(bytes)
    const { code } = await gateway.socket.closed()
    expect([1002, 1006, 1007, 1009]).toContain(code)
    await other.ping()
  })

  test('a frame of the largest size is read', async () => {
    using gateway = await relay.connect(friend)
    gateway.sendFrame(new Uint8Array(2 * 2 ** 20 + 4096))
    await gateway.ping()
    gateway.sendFrame(new Uint8Array(2 * 2 ** 20 + 4097))
    expect((await gateway.socket.closed()).code).toBe(1009)
  })

  test('a goodbye is answered', async () => {
    using gateway = await relay.connect(friend)
    await gateway.ping()
    gateway.socket.close(1000)
    expect(await gateway.socket.closed()).toEqual({ code: 1000, reason: '' })
  })
})

describe('Pings', () => {
  test('obscura 55: a ping is answered while a large backlog goes out', async () => {
    await using roomy = await RunningRelay.start({
      database: 'memory',
      flags: { 'batch-limit': '100' },
    })
    const [person, other] = await Promise.all([roomy.join(), roomy.join()])
    const big = randomBytes(500_000)
    await Promise.all(Array.from({ length: 100 }, () => roomy.send(other, person, big)))
    using gateway = await roomy.connect(person)
    await gateway.envelope()
    expect(await gateway.ping(Uint8Array.of(1, 2, 3), 5000)).toEqual(Uint8Array.of(1, 2, 3))
    await gateway.envelopes(99)
  })

  test('a ping comes back with what it brought', async () => {
    using gateway = await relay.connect(friend)
    for (const payload of [Uint8Array.of(), randomBytes(125)]) {
      expect(Buffer.compare(await gateway.ping(payload), payload)).toBe(0)
    }
  })

  test('obscura 68: the relay pings, and ends who gives no sign; any frame is one', async () => {
    await using lively = await RunningRelay.start({
      database: 'memory',
      flags: { 'ws-ping-interval-secs': '1', 'ws-ping-timeout-secs': '1' },
    })
    const [silent, polite, talkative] = await Promise.all([1, 2, 3].map(() => lively.join()))
    if (!silent || !polite || !talkative) throw new Error('Nobody joined')
    using dead = await lively.connect(silent, { answersPings: false })
    using alive = await lively.connect(polite)
    using talking = await lively.connect(talkative, { answersPings: false })
    await Promise.all([
      dead.socket.pings.next(),
      alive.socket.pings.next(),
      talking.socket.pings.next(),
    ])
    talking.sendFrame(Uint8Array.of(0x99))
    expect(await dead.socket.closed()).toEqual({ code: 1006, reason: '' })
    await Promise.all([alive.ping(), talking.ping()])
    await eventually(
      'the silent one is gone',
      async () => (await lively.metric('sotto_gateway_sockets')) === 2,
    )
    expect(lively.lines.filter((line) => line.includes('"reason":"silent"'))).toHaveLength(1)
  })
})

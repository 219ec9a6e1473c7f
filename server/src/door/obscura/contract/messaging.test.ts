/**
 * @module Sending (obscura reference §1.11, behaviours 45–47, 70, 77 and 78).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes, randomUUID } from 'node:crypto'
import { encodeEncryptedMessage } from '@sotto/wire'
import { textOf } from '#door/obscura/contract/gateway-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
let sender: Person
beforeAll(async () => {
  relay = await RunningRelay.start()
  sender = await relay.join()
})
afterAll(() => relay[Symbol.asyncDispose]())

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const maxBodyBytes = 2 * 2 ** 20

/** Sends these bytes as they are. */
const post = (to: string, body: Uint8Array, headers: Readonly<Record<string, string>> = {}) =>
  relay.ask('POST', `/v1/messages/${to}`, { token: sender.token, body, headers })

describe('Sending', () => {
  test('obscura 45: what was sent arrives with its content, type, sender and time', async () => {
    const person = await relay.join()
    const before = Date.now()
    const answer = await relay.trySend(sender, person, 'sealed')
    expect([answer.status, answer.text]).toEqual([201, ''])
    const gateway = await relay.connect(person)
    const envelope = await gateway.envelope()
    expect([envelope.type, envelope.source, textOf(envelope)]).toEqual([2, sender.id, 'sealed'])
    expect(envelope.id).toMatch(uuid)
    expect(envelope.timestampMillis).toBeGreaterThanOrEqual(before)
    expect(envelope.timestampMillis).toBeLessThanOrEqual(Date.now())
    gateway.acknowledge(envelope)
    await gateway.leave()
    expect(await relay.waiting(person)).toEqual([])
  })

  test('obscura 46: a recipient that is not there is 404', async () => {
    const answer = await relay.trySend(sender, { id: randomUUID() }, 'into the void')
    expect([answer.status, answer.json]).toEqual([404, { error: 'Not found' }])
  })

  test('what is no recipient is 400', async () => {
    const answer = await post('somebody', Uint8Array.of())
    expect([answer.status, answer.json]).toEqual([400, { error: 'Invalid recipient id' }])
  })

  test.each([
    ['00010203 04ff', 'field number 0'],
    ['0802120568690a', 'a content that is longer than the body'],
    ['08', 'a tag without its value'],
    ['0a0568656c6c6f', 'a text for the type'],
    ['1002', 'a number for the content'],
    ['08ffffffffffffffffffffff01', 'a number of eleven bytes'],
    ['0b0c', 'a group that ends as another'],
    ['0f', 'a wire type that is none'],
  ])('obscura 47: %s is 400: %s', async (hex) => {
    const person = await relay.join({ oneTime: 0 })
    const answer = await post(person.id, Buffer.from(hex.replaceAll(' ', ''), 'hex'))
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: 'Invalid EncryptedMessage protobuf' },
    ])
    expect(await relay.waiting(person)).toEqual([])
  })

  test.each([
    undefined,
    'application/x-protobuf',
    'application/octet-stream',
    'text/plain',
    'application/json',
  ])('nobody looks at the content type (%s)', async (contentType) => {
    const headers = contentType === undefined ? {} : { 'content-type': contentType }
    expect((await post(sender.id, Buffer.from('080212026869', 'hex'), headers)).status).toBe(201)
  })

  test.each([0, 1, 2, 3, 127, 2 ** 31 - 1, -1, -(2 ** 31)])(
    'any int32 is a type, and comes back (%i)',
    async (type) => {
      const person = await relay.join()
      const content = randomBytes(20)
      expect((await post(person.id, encodeEncryptedMessage({ type, content }))).status).toBe(201)
      using gateway = await relay.connect(person)
      const envelope = await gateway.envelope()
      expect(envelope.type).toBe(type)
      expect(Buffer.compare(envelope.content, content)).toBe(0)
    },
  )

  test('unknown fields are dropped, and of a repeated one the last counts', async () => {
    const person = await relay.join()
    // type 1, then type 2; content "no", then "hi"; field 15, field 3 as a group, field 4.
    const body = '0801 0802 12026e6f 12026869 7a0178 1b1c 21 0102030405060708'.replaceAll(' ', '')
    expect((await post(person.id, Buffer.from(body, 'hex'))).status).toBe(201)
    using gateway = await relay.connect(person)
    const envelope = await gateway.envelope()
    expect([envelope.type, textOf(envelope)]).toEqual([2, 'hi'])
  })

  test('obscura 78: an empty body is a message of type 0 without content', async () => {
    const person = await relay.join()
    expect((await post(person.id, Uint8Array.of())).status).toBe(201)
    using gateway = await relay.connect(person)
    expect(await gateway.envelope()).toMatchObject({ type: 0, content: new Uint8Array() })
  })

  test('obscura 78: 2 MiB are accepted and delivered, one byte more is 413', async () => {
    const person = await relay.join()
    // Two bytes of type, one of tag, three of length.
    const content = randomBytes(maxBodyBytes - 6)
    const body = encodeEncryptedMessage({ type: 2, content })
    expect(body).toHaveLength(maxBodyBytes)
    expect((await post(person.id, body)).status).toBe(201)
    const refused = await post(person.id, Buffer.concat([body, Uint8Array.of(0)]))
    expect([refused.status, refused.json]).toEqual([
      413,
      { error: 'Body too large: 2097152 bytes at most' },
    ])
    using gateway = await relay.connect(person)
    const envelope = await gateway.envelope()
    expect(Buffer.compare(envelope.content, content)).toBe(0)
    expect(await gateway.during(50)).toEqual([])
  })

  test('obscura 77: what one sends to oneself arrives', async () => {
    const person = await relay.join()
    using gateway = await relay.connect(person)
    await relay.send(person, person, 'note to self')
    const envelope = await gateway.envelope()
    expect([envelope.source, textOf(envelope)]).toEqual([person.id, 'note to self'])
  })
})

describe('Idempotency keys', () => {
  const withKey = (from: Person, to: Person, text: string, key: string) =>
    relay.trySend(from, to, text, { 'idempotency-key': key })

  test('obscura 70: the same key twice is one message, and the answers are alike', async () => {
    const person = await relay.join()
    const key = randomUUID()
    const answers = [
      await withKey(sender, person, 'once', key),
      await withKey(sender, person, 'once', key.toUpperCase()),
      await withKey(sender, person, 'once', ` ${key} `),
    ]
    expect(answers.map(({ status, text }) => [status, text])).toEqual([
      [201, ''],
      [201, ''],
      [201, ''],
    ])
    expect(await relay.waiting(person)).toEqual(['once'])
  })

  test('obscura 70: many at once are one message', async () => {
    const person = await relay.join()
    const key = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => withKey(sender, person, 'once', key)),
    )
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([201]))
    expect(await relay.waiting(person)).toEqual(['once'])
  })

  test('obscura 70: also after it was fetched and acknowledged', async () => {
    const person = await relay.join()
    const key = randomUUID()
    await withKey(sender, person, 'once', key)
    const gateway = await relay.connect(person)
    gateway.acknowledge(await gateway.envelope())
    await gateway.leave()
    expect((await withKey(sender, person, 'once', key)).status).toBe(201)
    expect(await relay.waiting(person)).toEqual([])
  })

  test('the key is the sender’s and the recipient’s: nobody takes it from another', async () => {
    const [person, other, friend] = await Promise.all([relay.join(), relay.join(), relay.join()])
    const key = randomUUID()
    await withKey(sender, person, 'from one', key)
    await withKey(friend, person, 'from another', key)
    await withKey(sender, other, 'to another', key)
    expect(await relay.waiting(person)).toEqual(['from one', 'from another'])
    expect(await relay.waiting(other)).toEqual(['to another'])
  })

  test('without keys the same body twice is two messages', async () => {
    const person = await relay.join()
    await relay.send(sender, person, 'twin', 'twin')
    expect(await relay.waiting(person)).toEqual(['twin', 'twin'])
  })

  test.each(['x', '1234', '""', `${randomUUID()}, ${randomUUID()}`])(
    '%s is no key',
    async (key) => {
      const person = await relay.join({ oneTime: 0 })
      const answer = await withKey(sender, person, 'never', key)
      expect([answer.status, answer.json]).toEqual([
        400,
        { error: 'Invalid Idempotency-Key: not a UUID' },
      ])
      expect(await relay.waiting(person)).toEqual([])
    },
  )
})

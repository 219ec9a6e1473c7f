/**
 * @module Addresses to send to, keys to read with: whoever knows an address deposits in its mailbox, and does nothing else
 * there. The test hashes for itself.
 */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import type { Answer, RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { binaryPost, exchange } from '#door/ohttp/exchange-for-tests.ts'
import { bodyOf, padded, responseOf, textOf } from '#door/ohttp/served-for-tests.ts'
import { arrive, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import type { Message } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, hex, Person, text, unhex } from '#door/mobium/contract/person-for-tests.ts'

const fenceWords = 'everything before this'

const ours = { caps: ['ack', 'watch', 'bin', 'addresses'] }

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({
    flags: { 'oblivious-per-minute': '1000000', 'oblivious-address-per-second': '0' },
  })
})
afterAll(() => relay[Symbol.asyncDispose]())

/** What the owner of a key gives away. */
function addressOf(key: string): string {
  return createHash('sha256').update('sotto/address/1').update(unhex(key)).digest('hex')
}

function drawAddress(): { readonly key: string; readonly address: string } {
  const key = draw()
  return { key, address: addressOf(key) }
}

const base64 = (words: string): string => Buffer.from(words).toString('base64')

const letter = (address: string, words: string) => ({ address, ciphertext: base64(words) })

/** The envelope's id, in hex. */
async function send(address: string, words: string): Promise<string> {
  return idIn(await relay.post('/v2/send', letter(address, words)))
}

function idIn({ status, text: body }: Pick<Answer, 'status' | 'text'>): string {
  expect([status, body]).toEqual([200, expect.stringContaining('"status":"ok"')])
  return (/"blob_id":"([^"]+)"/.exec(body)?.[1] ?? '').replaceAll('-', '')
}

const envelope = (token: string, id: string, words: string) => ({
  type: 'envelope',
  token,
  id,
  payload: text(words),
  accepted_at: expect.any(Number),
  timestamp: expect.any(Number),
})

/** What waits there, oldest first: everything in front of what is sent there now. */
async function waiting(key: string): Promise<readonly Message[]> {
  const fence = await send(addressOf(key), fenceWords)
  using owner = await arrive(relay, ours)
  owner.send({ type: 'watch', keys: [key] })
  const all: Message[] = []
  while (all.at(-1)?.['id'] !== fence) all.push(await owner.next())
  owner.send({ type: 'ack', ids: [fence], token: addressOf(key) })
  await owner.expectNothing()
  return all.filter(({ type, payload }) => type === 'envelope' && payload !== text(fenceWords))
}

/** Empties any mailbox that it names, as far as the protocol's signature goes. */
function purgeOf(recipient: string): Readonly<Record<string, unknown>> {
  const person = Person.draw()
  const timestamp = Math.floor(Date.now() / 1000)
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(timestamp))
  const signed = Buffer.concat([unhex(person.name), unhex(recipient), time])
  return {
    recipient_id: recipient,
    public_key: person.name,
    purge_token: recipient,
    signature: hex(person.sign(signed)),
    timestamp,
  }
}

describe('An address', () => {
  test('is sent to, and read with its key: what waits, and what comes, until it is acknowledged', async () => {
    const { key, address } = drawAddress()
    const first = await send(address, 'waits')
    using owner = await arrive(relay, ours)
    owner.send({ type: 'watch', keys: [key] })
    const all = await owner.take(2)
    expect(all).toContainEqual({ type: 'watching', count: 1 })
    expect(all).toContainEqual(envelope(address, first, 'waits'))
    const second = await send(address.toUpperCase(), 'comes')
    expect(await owner.next()).toEqual(envelope(address, second, 'comes'))
    owner.send({ type: 'ack', ids: [first, second], token: address })
    await eventually('both are gone', async () => (await waiting(key)).length === 0)
  })

  test('may come sealed, in both forms that a seal has', async () => {
    const { key, address } = drawAddress()
    using owner = await arrive(relay, ours)
    await owner.ask({ type: 'watch', keys: [key] })
    const action = padded({ version: 2, action: 'send', ...letter(address, 'in an envelope') })
    expect(bodyOf(await exchange(relay, action))).toMatchObject({ status: 'ok' })
    expect(await owner.next('envelope')).toMatchObject({ payload: text('in an envelope') })
    const walked = binaryPost('/v2/send', letter(address, 'by binary HTTP'))
    const answer = responseOf(await exchange(relay, walked))
    const id = idIn({ status: answer.status, text: textOf(answer) })
    expect(await owner.next()).toEqual(envelope(address, id, 'by binary HTTP'))
  })

  test('says nothing of the mailbox to who has it and not the key, whatever way they ask', async () => {
    const { key, address } = drawAddress()
    const id = await send(address, 'stays')
    const blob_id = id.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
    const fetched = await relay.post('/v2/fetch', { mailbox_tokens: [address, key] })
    expect(fetched.json).toEqual({ status: 'ok', blobs: [] })
    for (const recipient_id of [address, key]) {
      const acknowledged = await relay.post('/v2/ack', { recipient_id, blob_id })
      expect(acknowledged.json).toEqual({ status: 'ok', acknowledged: false })
      expect((await relay.post('/v2/purge', purgeOf(recipient_id))).json).toEqual({
        status: 'ok',
        blobs_deleted: 0,
      })
    }
    using contact = await arrive(relay, ours)
    expect(await contact.ask({ type: 'watch', tokens: [address, key] })).toMatchObject({ count: 2 })
    // An address is no key: its own address is another.
    expect(await contact.ask({ type: 'watch', keys: [address] })).toMatchObject({ count: 3 })
    for (const token of [address, key, addressOf(address)]) {
      contact.send({ type: 'ack', ids: [id], token })
    }
    contact.send({ type: 'ack', ids: [id] })
    await contact.expectNothing()
    await contact.leave()
    expect(await waiting(key)).toEqual([envelope(address, id, 'stays')])
  })

  test('is no token: what is sent to one of the same bytes is in another mailbox', async () => {
    const { key, address } = drawAddress()
    const recipient = { recipient_id: address, ciphertext: base64('to the token') }
    const id = idIn(await relay.post('/v2/send', recipient))
    const addressed = await send(address, 'to the address')
    expect(await waiting(key)).toEqual([envelope(address, addressed, 'to the address')])
    using both = await arrive(relay, ours)
    both.send({ type: 'watch', tokens: [address], keys: [key] })
    const all = await both.take(3)
    expect(all).toContainEqual({ type: 'watching', count: 2 })
    const ids = all.filter(({ type }) => type === 'envelope').map((each) => each['id'])
    expect(ids).toContain(id)
    // Who watches both of one name acknowledges both under it.
    both.send({ type: 'ack', ids, token: address })
    await eventually('both are gone', async () => {
      const left = await relay.post('/v2/fetch', { mailbox_tokens: [address] })
      return left.text.includes('"blobs":[]') && (await waiting(key)).length === 0
    })
  })

  test('is acknowledged by who watches it by its key, and by nobody any more after unwatching', async () => {
    const { key, address } = drawAddress()
    const id = await send(address, 'stays')
    using owner = await arrive(relay, ours)
    const ack = { type: 'ack', ids: [id], token: address }
    expect(await owner.ask(ack)).toMatchObject({ type: 'error', code_str: 'not-allowed' })
    owner.send({ type: 'watch', keys: [key, key] }, { type: 'watch', keys: [key] })
    expect((await owner.take(3)).map(({ type }) => type).toSorted()).toEqual([
      'envelope',
      'watching',
      'watching',
    ])
    // The address is not what takes it back.
    expect(await owner.ask({ type: 'unwatch', tokens: [address], keys: [address] })).toMatchObject({
      count: 1,
    })
    expect(await owner.ask({ type: 'unwatch', keys: [key] })).toMatchObject({ count: 0 })
    expect(await owner.ask(ack)).toMatchObject({ code_str: 'not-allowed' })
    expect(await waiting(key)).toHaveLength(1)
  })

  test('has the limits of a mailbox: a rate, and a bound on what it holds', async () => {
    await using strict = await startLive({
      database: 'memory',
      flags: { 'oblivious-per-minute': '2', 'oblivious-max-blobs': '1' },
    })
    const { address } = drawAddress()
    const words = async (answer: Promise<Answer>) => {
      const { status, json } = await answer
      return [status, (json as { readonly error?: string }).error]
    }
    const post = (body: unknown) => words(strict.post('/v2/send', body))
    expect(await post(letter(address, 'one'))).toEqual([200, undefined])
    expect(await post(letter(address, 'two'))).toEqual([429, 'quota exceeded for recipient'])
    expect(await post(letter(address.toUpperCase(), ''))).toEqual([429, 'rate limit exceeded'])
    // The token of the same digits has a rate of its own.
    expect((await post({ recipient_id: address, ciphertext: '' }))[0]).toBe(200)
  })
})

describe('A watch by keys', () => {
  test.each([
    ['without a list', {}],
    ['with lists that are nil', { tokens: null, keys: null }],
    ['with a key that is too short', { keys: [draw(31)] }],
    ['with a key that is too long', { keys: [draw(), draw(33)] }],
    ['with no list', { keys: 7 }],
    ['with something else in the list', { keys: [7] }],
    ['with too many keys', { keys: Array.from({ length: 257 }, () => draw()) }],
    ['with a good key and a bad token', { keys: [draw()], tokens: [draw(31)] }],
  ])('%s is an error, and watches nothing', async (_, lists) => {
    using client = await arrive(relay, ours)
    for (const type of ['watch', 'unwatch']) {
      expect(await client.ask({ type, ...lists })).toMatchObject({ code_str: 'malformed' })
    }
    expect(await client.ask({ type: 'watch', tokens: [], keys: [draw()] })).toEqual({
      type: 'watching',
      count: 1,
    })
  })

  test('and one by tokens count together, up to 4096', async () => {
    using client = await arrive(relay, ours)
    const many = (count: number) => Array.from({ length: count }, () => draw())
    for (let i = 1; i < 8; i++) {
      const watching = await client.ask({ type: 'watch', tokens: many(256), keys: many(256) })
      expect(watching).toMatchObject({ count: 512 * i })
    }
    const all = { type: 'watch', tokens: many(256), keys: many(255) }
    expect(await client.ask(all)).toMatchObject({ count: 4095 })
    expect(await client.ask({ type: 'watch', tokens: many(1), keys: many(1) })).toMatchObject({
      code_str: 'too-many',
    })
    expect(await client.ask({ type: 'watch', keys: many(1) })).toMatchObject({ count: 4096 })
    expect(await client.ask({ ...all, type: 'unwatch' })).toMatchObject({ count: 3585 })
  })

  test('is announced by the relay', async () => {
    using client = await arrive(relay, ours)
    const { success } = await client.logIn(Person.draw(), ours)
    expect(success['caps']).toContain('addresses')
    expect((await relay.ask('GET', '/info')).text).toContain('"addresses"')
  })
})

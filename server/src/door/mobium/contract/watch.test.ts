/**
 * @module Mailboxes that belong to whoever knows their token, watched over a login.
 */
import { describe, expect, test } from 'vitest'
import type { EnvelopeId } from '@sotto/wire'
import { openMemoryStore } from '#store/memory/open.ts'
import type { Store } from '#store/store.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { arrive, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw, text, unhex } from '#door/mobium/contract/person-for-tests.ts'
import { mailboxOfToken } from '#door/vauchi/address.ts'

const ours = { caps: ['ack', 'watch', 'bin'] }

/** As somebody does who knows the token. Resolves to the envelope's id. */
async function deposit({ mailboxes }: Store, token: string, words: string): Promise<string> {
  const id = draw(16)
  const mailbox = mailboxOfToken(unhex(token))
  await mailboxes.open(mailbox)
  const outcome = await mailboxes.deposit(
    {
      mailbox,
      // Sixteen bytes.
      id: unhex(id) as EnvelopeId,
      idMayRepeat: false,
      kind: 0,
      sender: undefined,
      body: unhex(text(words)),
      acceptedAtMillis: Date.now(),
      expiresAtMillis: Date.now() + 3_600_000,
    },
    { maxEnvelopes: 1000, maxBytes: 2 ** 20, whenFull: 'refuse' },
  )
  expect(outcome.kind).toBe('stored')
  return id
}

async function start() {
  const store = openMemoryStore()
  return { store, relay: await startLive({ store }) }
}

const envelope = (token: string, id: string, words: string) => ({
  type: 'envelope',
  token,
  id,
  payload: text(words),
  accepted_at: expect.any(Number),
  timestamp: expect.any(Number),
})

describe('A watched mailbox', () => {
  test('gives what is deposited at /v2 as it arrives, and /v2 has it no more once it is acknowledged', async () => {
    await using relay = await startLive({
      flags: { 'oblivious-per-minute': '1000000', 'oblivious-address-per-second': '0' },
    })
    const token = draw()
    using client = await arrive(relay, ours)
    client.send({ type: 'watch', tokens: [token] })
    await client.next('watching')
    const sent = await relay.ask('POST', '/v2/send', {
      json: { recipient_id: token, ciphertext: Buffer.from('sealed').toString('base64') },
    })
    expect(sent.status).toBe(200)
    const { blob_id: blob } = sent.json as { readonly blob_id: string }
    const came = await client.next('envelope')
    expect(came).toEqual(envelope(token, blob.replaceAll('-', ''), 'sealed'))
    client.send({ type: 'ack', ids: [came['id']], token })
    await eventually('it is gone', async () => {
      const left = await relay.ask('POST', '/v2/fetch', { json: { mailbox_tokens: [token] } })
      return (left.json as { readonly blobs: readonly unknown[] }).blobs.length === 0
    })
  })

  test('gives what waits, with its token and without a sender, in order', async () => {
    const { store, relay } = await start()
    await using running = relay
    const [one, two] = [draw(), draw()]
    const ids = [
      await deposit(store, one, 'one/1'),
      await deposit(store, one, 'one/2'),
      await deposit(store, two, 'two/1'),
    ] as const
    using client = await arrive(running, ours)
    client.send({ type: 'watch', tokens: [one, two] })
    const all = await client.take(4)
    expect(await client.sofar()).toEqual([])
    expect(all).toContainEqual({ type: 'watching', count: 2 })
    expect(all.filter(({ token }) => token === one)).toEqual([
      envelope(one, ids[0], 'one/1'),
      envelope(one, ids[1], 'one/2'),
    ])
    expect(all.filter(({ token }) => token === two)).toEqual([envelope(two, ids[2], 'two/1')])
  })

  test('is not made by being watched: naming tokens takes no room in the store', async () => {
    const { store, relay } = await start()
    await using running = relay
    const opened: string[] = []
    const { mailboxes } = store
    const open = mailboxes.open.bind(mailboxes)
    mailboxes.open = async (mailbox) => {
      opened.push(mailbox)
      await open(mailbox)
    }
    using client = await arrive(running, ours)
    const before = opened.length
    await client.ask({ type: 'watch', tokens: [draw(), draw()] })
    expect(opened).toHaveLength(before)
  })

  test('keeps it until it is acknowledged under its token', async () => {
    const { store, relay } = await start()
    await using running = relay
    const [token, other] = [draw(), draw()]
    const id = await deposit(store, token, 'stays')
    const first = await arrive(running, ours)
    first.send({ type: 'watch', tokens: [token, other] })
    await first.upTo('envelope')
    first.send({ type: 'ack', ids: [id] }, { type: 'ack', ids: [id], token: other })
    const rest = await first.sofar()
    expect(rest.filter(({ type }) => type === 'error')).toEqual([])
    await first.leave()
    using second = await arrive(running, ours)
    second.send({ type: 'watch', tokens: [token] })
    expect((await second.upTo('envelope')).at(-1)).toMatchObject({ id })
    second.send({ type: 'ack', ids: [id], token })
    await eventually('nothing waits', async () => (await running.stored()) === 0)
    using third = await arrive(running, ours)
    third.send({ type: 'watch', tokens: [token] })
    expect(await third.sofar()).toEqual([{ type: 'watching', count: 1 }])
  })

  test('may be watched by several, twice by one is once, and not any more', async () => {
    const { store, relay } = await start()
    await using running = relay
    const [token, other] = [draw(), draw()]
    await deposit(store, token, 'for both')
    using one = await arrive(running, ours)
    using two = await arrive(running, ours)
    for (const client of [one, two]) {
      client.send({ type: 'watch', tokens: [token, token] }, { type: 'watch', tokens: [token] })
      const all = await client.take(3)
      expect(await client.sofar()).toEqual([])
      expect(all.filter(({ type }) => type === 'watching')).toEqual([
        { type: 'watching', count: 1 },
        { type: 'watching', count: 1 },
      ])
      expect(all.filter(({ type }) => type === 'envelope')).toHaveLength(1)
    }
    expect(await one.ask({ type: 'unwatch', tokens: [token, other] })).toEqual({
      type: 'watching',
      count: 0,
    })
    expect((await one.ask({ type: 'ack', ids: [draw(16)], token })).type).toBe('error')
    // Watching again begins at the beginning.
    one.send({ type: 'watch', tokens: [token] })
    expect((await one.take(2)).map(({ type }) => type).toSorted()).toEqual(['envelope', 'watching'])
    expect(await one.sofar()).toEqual([])
  })

  test.each([
    ['a token that is too short', [draw(31)]],
    ['no list', 7],
    ['too many tokens', Array.from({ length: 257 }, () => draw())],
  ])('%s is an error, and watches nothing', async (_, tokens) => {
    const { relay } = await start()
    await using running = relay
    using client = await arrive(running, ours)
    expect((await client.ask({ type: 'watch', tokens })).type).toBe('error')
    expect(await client.ask({ type: 'watch', tokens: [draw()] })).toMatchObject({ count: 1 })
  })

  test('is one of 4096 at most', async () => {
    const { relay } = await start()
    await using running = relay
    using client = await arrive(running, ours)
    for (let i = 1; i <= 16; i++) {
      const tokens = Array.from({ length: 256 }, () => draw())
      expect(await client.ask({ type: 'watch', tokens })).toMatchObject({ count: 256 * i })
    }
    expect(await client.ask({ type: 'watch', tokens: [draw()] })).toMatchObject({
      type: 'error',
      code_str: 'too-many',
    })
  })
})

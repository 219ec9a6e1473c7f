/**
 * @module Somebody who reads nothing (W21): nobody else waits for them, and the relay keeps no more for them than it must.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, gather, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import type { MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, text } from '#door/mobium/contract/person-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({ database: 'memory', flags: { 'max-inbox-bytes': '1GiB' } })
})
afterAll(() => relay[Symbol.asyncDispose]())

const openSockets = () => relay.metric('sotto_gateway_sockets')

/** How much came on a connection until it ended, in messages. */
async function readToEnd(client: MobiumClient): Promise<number> {
  client.socket.resume()
  await client.socket.closed()
  return client.socket.messages.takeAll().length
}

describe('A slow reader', () => {
  test('of a channel is closed when too much waits; others go on, and nothing is lost', async () => {
    const bin = { form: 'bin', caps: ['bin', 'history'] } as const
    using deaf = await arrive(relay, bin)
    using talker = await arrive(relay, bin)
    using listener = await arrive(relay, bin)
    const channel_id = await gather(deaf, talker, listener)
    const before = await openSockets()
    deaf.socket.pause()
    const payload = draw(2 ** 20)
    const said = { type: 'channel_message', channel_id, payload, bucket_size: 11 }
    let posted = 0
    // More than a kernel takes and a relay may keep.
    while (posted < 80 && (await openSockets()) === before) {
      await talker.ask(said)
      posted++
      expect((await listener.next('channel_message'))['sender']).toBe(talker.name)
    }
    await eventually('it is closed', async () => (await openSockets()) < before)
    expect(posted).toBeLessThan(80)
    const received = await readToEnd(deaf)
    expect(received).toBeLessThan(posted)
    using again = await arrive(relay, { ...bin, person: deaf.person })
    let found = 0
    for (let after_id: unknown = 0, more: unknown = true; more === true;) {
      const page = await again.ask({ type: 'get_history', channel_id, after_id })
      found += Number(page['count'])
      after_id = page['next_after_id']
      more = page['has_more']
    }
    expect(found).toBe(posted)
  })

  test('of its own mailbox is waited for: the rest stays in the store, and comes', async () => {
    const bin = { form: 'bin', caps: ['bin', 'ack'] } as const
    using deaf = await arrive(relay, bin)
    using talker = await arrive(relay, bin)
    deaf.socket.pause()
    const count = 30
    for (let i = 0; i < count; i++) {
      const payload = `${text(`${i} `)}${draw(2 ** 20 - 8)}`
      const sent = await talker.ask({ type: 'message', recipient: deaf.name, payload })
      expect(sent).toEqual({ type: 'ack', recipient: deaf.name })
    }
    await talker.expectNothing()
    deaf.socket.resume()
    for (let i = 0; i < count; i++) {
      const { payload, id } = await deaf.next('message')
      expect(Buffer.from(String(payload).slice(0, 16), 'hex').toString()).toMatch(
        new RegExp(`^${i} `),
      )
      deaf.send({ type: 'ack', ids: [id] })
    }
    await deaf.expectNothing()
  })

  test('who asks for much and reads it late has it all, in the order in which it was asked for', async () => {
    const bin = { form: 'bin', caps: ['bin'] } as const
    using late = await arrive(relay, bin)
    const channel_id = await gather(late)
    const payload = draw(2 ** 20)
    for (let i = 0; i < 3; i++) {
      await late.ask({ type: 'channel_message', channel_id, payload, bucket_size: 11 })
    }
    const paused = () => relay.metric('sotto_gateway_paused_total')
    const before = await paused()
    late.socket.pause()
    // Several times what a kernel takes and a relay may keep.
    const count = 20
    const ask = { type: 'get_history', channel_id, after_id: 0 }
    late.send(...Array.from({ length: count }, () => ask))
    await eventually('the relay waits', async () => (await paused()) > before)
    late.send({ type: 'get_prekey_count' })
    late.socket.resume()
    const types = (await late.take(count + 1)).map(({ type }) => type)
    expect(types).toEqual([
      ...Array.from({ length: count }, () => 'history_response'),
      'prekey_count_response',
    ])
  })

  test('who asks on and on is not answered, and closed', async () => {
    const bin = { form: 'bin', caps: ['bin'] } as const
    using deaf = await arrive(relay, bin)
    using listener = await arrive(relay, bin)
    const channel_id = await gather(deaf)
    const payload = draw(2 ** 20)
    for (let i = 0; i < 3; i++) {
      await deaf.ask({ type: 'channel_message', channel_id, payload, bucket_size: 11 })
    }
    const before = await openSockets()
    deaf.socket.pause()
    const ask = { type: 'get_history', channel_id, after_id: 0 }
    deaf.send(...Array.from({ length: 3000 }, () => ask))
    await eventually('it is closed', async () => (await openSockets()) < before)
    await listener.expectNothing()
    // Three messages of a MiB each: far less than was asked for.
    expect(await readToEnd(deaf)).toBeLessThan(30)
  })

  test('of voice misses what is old, and is not closed for it', async () => {
    const bin = { form: 'bin', caps: ['bin'] } as const
    using deaf = await arrive(relay, bin)
    using talker = await arrive(relay, bin)
    using listener = await arrive(relay, bin)
    const channel_id = await gather(deaf, talker, listener)
    for (const client of [deaf, talker, listener]) {
      client.send({ type: 'join_voice', channel_id })
      await client.upTo('voice_state')
    }
    for (const client of [deaf, talker, listener]) await client.sofar()
    deaf.socket.pause()
    const chunk = draw(2 ** 18)
    const count = 100
    for (let seq = 0; seq < count; seq++) {
      talker.send({ type: 'screen_data', channel_id, chunk, seq })
      expect((await listener.next('screen_data'))['seq']).toBe(seq)
    }
    deaf.socket.resume()
    talker.send({ type: 'screen_data', channel_id, chunk: '01', seq: count })
    const frames: number[] = []
    while (frames.at(-1) !== count) frames.push(Number((await deaf.next('screen_data'))['seq']))
    expect(frames.length).toBeLessThan(count)
    expect(frames).toEqual(frames.toSorted((a, b) => a - b))
  })
})

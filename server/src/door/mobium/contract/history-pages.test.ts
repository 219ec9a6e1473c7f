/**
 * @module History by number, for clients that know of it: nothing is lost and nothing repeated, whatever goes on meanwhile
 * (W24).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, gather, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw, text } from '#door/mobium/contract/person-for-tests.ts'
import {
  numbered,
  read,
  rowsOf,
  say,
  wordsIn,
  wordsOf,
} from '#door/mobium/contract/history-for-tests.ts'

/** A clock that stands: all is said in one second. */
const seconds = 1_900_000_000
const clock = { now: () => seconds * 1000 + 500 }
let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({ clock, database: 'memory' })
})
afterAll(() => relay[Symbol.asyncDispose]())

describe('Exact pages', () => {
  const exact = { caps: ['history'] }

  test('go on behind a message, and say whether there are more', async () => {
    using client = await arrive(relay, exact)
    const channel_id = await gather(client)
    // All in one second, where a timestamp cannot tell them apart.
    for (const words of numbered(1, 7)) await say(client, channel_id, words)
    const pages = []
    let after_id: unknown
    for (let more: unknown = true; more === true;) {
      const page = await read(client, channel_id, {
        limit: 3,
        ...(after_id === undefined ? {} : { after_id }),
      })
      pages.push(wordsOf(page))
      after_id = page['next_after_id']
      more = page['has_more']
      for (const { accepted_at } of rowsOf(page)) expect(accepted_at).toBe(clock.now())
    }
    expect(pages).toEqual([['1', '2', '3'], ['4', '5', '6'], ['7']])
    expect(await read(client, channel_id, { after_id })).toMatchObject({
      count: 0,
      next_after_id: after_id,
      has_more: false,
    })
  })

  /** So many who talk at the same time, each so often, and one who is there as well. */
  async function talking(where: RunningRelay, talkers: number, times: number) {
    const listener = await arrive(where, exact)
    const clients = await Promise.all(Array.from({ length: talkers }, () => arrive(where)))
    const channel_id = await gather(listener, ...clients)
    for (const [number, client] of clients.entries()) {
      for (const words of numbered(1, times)) {
        const payload = text(`${number}/${words}`)
        client.send({ type: 'channel_message', channel_id, payload, bucket_size: 0 })
      }
    }
    return {
      listener,
      channel_id,
      all: talkers * times,
      expectWhole(found: readonly string[]) {
        for (const [number] of clients.entries()) {
          const theirs = found.filter((words) => words.startsWith(`${number}/`))
          expect(theirs).toEqual(numbered(1, times).map((words) => `${number}/${words}`))
        }
        for (const client of clients) client[Symbol.dispose]()
      },
    }
  }

  test('lose nothing and repeat nothing while others go on talking', async () => {
    await using disk = await startLive()
    const { listener: reader, channel_id, all, expectWhole } = await talking(disk, 4, 60)
    const found: string[] = []
    let after_id: unknown = 0
    while (found.length < all) {
      reader.send({ type: 'get_history', channel_id, after_id, limit: 7 })
      const page = (await reader.upTo('history_response')).at(-1) ?? { type: '' }
      found.push(...wordsOf(page))
      after_id = page['next_after_id']
    }
    expectWhole(found)
    reader[Symbol.dispose]()
  })

  test('are in the order in which the messages came live', async () => {
    await using disk = await startLive()
    const { listener, all, expectWhole } = await talking(disk, 6, 40)
    const live = await listener.take(all)
    expect(live.map(({ id }) => id)).toEqual(Array.from({ length: all }, (_, i) => i + 1))
    expectWhole(live.map(wordsIn))
    listener[Symbol.dispose]()
  })

  test('fill the gap for who was away in between', async () => {
    await using disk = await startLive()
    const { listener, channel_id, all, expectWhole } = await talking(disk, 4, 60)
    const found = new Map<number, string>()
    for (const message of await listener.take(50))
      found.set(Number(message['id']), wordsIn(message))
    const { person } = listener
    listener.socket.terminate()
    using again = await arrive(disk, { ...exact, person })
    for (let after_id: unknown = 50, more: unknown = true; more === true;) {
      again.send({ type: 'get_history', channel_id, after_id, limit: 20 })
      const heard = await again.upTo('history_response')
      const page = heard.at(-1) ?? { type: '' }
      for (const message of heard.slice(0, -1)) found.set(Number(message['id']), wordsIn(message))
      for (const row of rowsOf(page)) found.set(Number(row['id']), wordsIn(row))
      after_id = page['next_after_id']
      more = page['has_more']
    }
    while (found.size < all) {
      const message = await again.next('channel_message')
      found.set(Number(message['id']), wordsIn(message))
    }
    const ids = [...found.keys()].toSorted((a, b) => a - b)
    expect(ids).toEqual(Array.from({ length: all }, (_, i) => i + 1))
    expectWhole(ids.map((id) => found.get(id) ?? ''))
  })

  test('of large messages are no larger than a few of these', async () => {
    using client = await arrive(relay, { ...exact, form: 'bin' })
    const channel_id = await gather(client)
    const payload = draw(2 ** 20)
    for (let i = 0; i < 6; i++) {
      await client.ask({ type: 'channel_message', channel_id, payload, bucket_size: 11 })
    }
    const first = await read(client, channel_id, { limit: 1000 })
    expect(first).toMatchObject({ has_more: true, next_after_id: first['count'] })
    expect(first['count']).toBeLessThan(5)
    const rest = await read(client, channel_id, { after_id: first['next_after_id'] })
    expect(Number(first['count']) + Number(rest['count'])).toBe(6)
  })

  test('live messages carry the number to go on from', async () => {
    using client = await arrive(relay, exact)
    using original = await arrive(relay)
    const channel_id = await gather(client, original)
    await say(original, channel_id, 'one')
    const live = await client.next('channel_message')
    expect(live).toEqual({
      type: 'channel_message',
      channel_id,
      sender: original.name,
      payload: text('one'),
      id: expect.any(Number),
      timestamp: seconds,
      accepted_at: clock.now(),
    })
    await say(original, channel_id, 'two')
    await client.next('channel_message')
    const rest = await read(client, channel_id, { after_id: live['id'] })
    expect(wordsOf(rest)).toEqual(['two'])
  })
})

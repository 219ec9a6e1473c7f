/**
 * @module Records of a channel: numbered, in the order in which they came, never changed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, gather, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import type { Message } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, text } from '#door/mobium/contract/person-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

const ours = { caps: ['records'] }

const append = (
  channel_id: string,
  words: string,
  more: Readonly<Record<string, unknown>> = {},
) => ({
  type: 'append_record',
  channel_id,
  record: text(words),
  ...more,
})

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    number: from + i,
    record: text(`${from + i}`),
  }))

describe('Records', () => {
  test('are numbered from 1, told to members who know of them, and read in order', async () => {
    using owner = await arrive(relay, ours)
    using member = await arrive(relay, ours)
    using original = await arrive(relay)
    const channel_id = await gather(owner, member, original)
    const client_id = draw(16)
    expect(await owner.ask(append(channel_id, '1', { client_id }))).toEqual({
      type: 'record_appended',
      channel_id,
      number: 1,
      client_id,
    })
    expect(await member.sofar()).toEqual([
      { type: 'channel_record', channel_id, number: 1, record: text('1') },
    ])
    expect(await member.ask(append(channel_id, '2'))).toEqual({
      type: 'record_appended',
      channel_id,
      number: 2,
    })
    expect(await owner.sofar()).toEqual([
      { type: 'channel_record', channel_id, number: 2, record: text('2') },
    ])
    await original.expectNothing()
    expect(await member.ask({ type: 'get_records', channel_id })).toEqual({
      type: 'records',
      channel_id,
      records: numbered(1, 2),
      has_more: false,
    })
  })

  test('that stand behind another one are refused when somebody was faster', async () => {
    using owner = await arrive(relay, ours)
    using member = await arrive(relay, ours)
    const channel_id = await gather(owner, member)
    expect(await owner.ask(append(channel_id, '1', { after: 0 }))).toMatchObject({ number: 1 })
    const client_id = draw(16)
    const late = append(channel_id, 'late', { after: 0, client_id })
    await member.sofar()
    expect(await member.ask(late)).toMatchObject({
      type: 'error',
      code_str: 'record-conflict',
      re: client_id,
    })
    expect(await member.ask(append(channel_id, '2', { after: 1 }))).toMatchObject({ number: 2 })
    await owner.sofar()
    expect(await owner.ask({ type: 'get_records', channel_id })).toMatchObject({
      records: numbered(1, 2),
    })
  })

  test('of several at once: of those that stand behind the same one, one', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => arrive(relay, ours)))
    const channel_id = await gather(...clients)
    const [reader] = clients
    for (const client of clients) client.send(append(channel_id, client.name, { after: 0 }))
    const outcomes: Message[] = []
    for (const client of clients) outcomes.push(...(await client.sofar()))
    const count = (type: string) => outcomes.filter((each) => each.type === type).length
    expect(['record_appended', 'error', 'channel_record'].map(count)).toEqual([1, 7, 7])
    expect(await reader?.ask({ type: 'get_records', channel_id })).toMatchObject({
      records: [{ number: 1 }],
    })
    for (const client of clients) client[Symbol.dispose]()
  })

  test('come in pages', async () => {
    using owner = await arrive(relay, ours)
    const channel_id = await gather(owner)
    for (const { number } of numbered(1, 7)) await owner.ask(append(channel_id, `${number}`))
    const read = (more: Readonly<Record<string, unknown>>) =>
      owner.ask({ type: 'get_records', channel_id, ...more })
    expect(await read({ limit: 3 })).toMatchObject({ records: numbered(1, 3), has_more: true })
    expect(await read({ after: 3, limit: 3 })).toMatchObject({
      records: numbered(4, 6),
      has_more: true,
    })
    expect(await read({ after: 6 })).toMatchObject({ records: numbered(7, 7), has_more: false })
    expect(await read({ after: 7 })).toMatchObject({ records: [], has_more: false })
    expect(await read({ after: -5, limit: -5 })).toMatchObject({ records: numbered(1, 1) })
  })

  test('are for members', async () => {
    using owner = await arrive(relay, ours)
    using stranger = await arrive(relay, ours)
    const channel_id = await gather(owner)
    await owner.ask(append(channel_id, '1'))
    const refused = { type: 'error', code_str: 'not-a-member' }
    expect(await stranger.ask(append(channel_id, '2'))).toMatchObject(refused)
    expect(await stranger.ask({ type: 'get_records', channel_id })).toMatchObject(refused)
    expect(await stranger.ask({ type: 'get_records', channel_id: draw() })).toMatchObject(refused)
    await owner.expectNothing()
  })

  test('of a member are not more than some; the owner may go on', async () => {
    using owner = await arrive(relay, ours)
    using member = await arrive(relay, ours)
    const channel_id = await gather(owner, member)
    for (let i = 0; i < 64; i++) {
      expect((await member.ask(append(channel_id, `${i}`))).type).toBe('record_appended')
    }
    expect(await member.ask(append(channel_id, 'one more'))).toMatchObject({
      code_str: 'records-full',
    })
    expect(await owner.sofar()).toHaveLength(64)
    expect(await owner.ask(append(channel_id, 'mine'))).toMatchObject({ number: 65 })
    const large = { type: 'append_record', channel_id, record: draw(65_537) }
    expect((await owner.ask(large)).type).toBe('error')
  })
})

import { describe, expect, test } from 'vitest'
import { channel, openWorld } from '#door/mobium/channels/world-for-tests.ts'

const record = Uint8Array.of(1, 2, 3)
const append = { type: 'append_record', channel_id: channel, record } as const
const get = { type: 'get_records', channel_id: channel } as const
const clientId = new Uint8Array(16).fill(5)

async function open() {
  const world = openWorld()
  const capabilities = ['records'] as const
  const [ann, bob, cat] = [
    await world.logIn(1, { capabilities }),
    await world.logIn(2, { capabilities }),
    await world.logIn(3),
  ]
  await world.join(ann, bob, cat)
  return { world, ann, bob, cat }
}

describe('append_record', () => {
  test('answers with the number, and tells the others who know of records', async () => {
    const { world, ann, bob, cat } = await open()
    const desk = await world.logIn(1, { device: 2, capabilities: ['records'] })
    expect(await world.say(ann, { ...append, client_id: clientId })).toEqual([
      { type: 'record_appended', channel_id: channel, number: 1, client_id: clientId },
    ])
    const told = [{ type: 'channel_record', channel_id: channel, number: 1, record }]
    expect([bob.take(), cat.take(), desk.take()]).toEqual([told, [], told])
    expect(await world.say(bob, { ...append, after: 1 })).toEqual([
      { type: 'record_appended', channel_id: channel, number: 2 },
    ])
  })

  test('that comes too late changes nothing', async () => {
    const { world, ann, bob } = await open()
    await world.say(ann, { ...append, after: 0 })
    bob.take()
    expect(await world.refusal(bob, { ...append, after: 0 })).toEqual(['record-conflict'])
    expect(ann.take()).toEqual([])
    expect(await world.say(ann, get)).toMatchObject([{ records: [{ number: 1 }] }])
  })

  test('is for members, and for a plain one not without end', async () => {
    const { world, bob } = await open()
    const stranger = await world.logIn(9, { capabilities: ['records'] })
    expect(await world.refusal(stranger, append)).toEqual(['not-a-member'])
    for (let i = 0; i < 64; i++) await world.say(bob, append)
    expect(await world.refusal(bob, append)).toEqual(['records-full'])
  })
})

describe('get_records', () => {
  test('gives members the records behind a number', async () => {
    const { world, ann, cat } = await open()
    for (const byte of [1, 2, 3]) await world.say(ann, { ...append, record: Uint8Array.of(byte) })
    expect(await world.say(cat, { ...get, after: 1, limit: 1 })).toEqual([
      {
        type: 'records',
        channel_id: channel,
        records: [{ number: 2, record: Uint8Array.of(2) }],
        has_more: true,
      },
    ])
    expect(await world.say(cat, get)).toMatchObject([
      { records: [{ number: 1 }, { number: 2 }, { number: 3 }], has_more: false },
    ])
  })

  test('gives strangers nothing', async () => {
    const { world } = await open()
    expect(await world.refusal(await world.logIn(9), get)).toEqual(['not-a-member'])
  })

  test.each(['array', 'bin'] as const)('fills no answer without end, as %s', async (form) => {
    const { world, ann } = await open()
    const reader = await world.logIn(1, { device: 2, form })
    for (let i = 0; i < 70; i++) {
      await world.say(ann, { ...append, record: new Uint8Array(65_536).fill(255) })
    }
    const [answer] = await world.say(reader, { ...get, limit: 1000 })
    if (answer?.type !== 'records') throw new Error('No records')
    expect(answer.has_more).toBe(true)
    expect(answer.records).toHaveLength(form === 'bin' ? 60 : 30)
  })
})

import { describe, expect, test } from 'vitest'
import { channel, identityOf, openChannels } from '#relay/channels/channels-for-tests.ts'
import { joinChannel } from '#relay/channels/join.ts'
import { appendRecord, readRecords, recordLimits } from '#relay/channels/records.ts'

const [owner, member, stranger] = [identityOf(1), identityOf(2), identityOf(3)]
const policy = { maxMembers: 10, autoCreate: true }

async function open(records = 0, bytes = 1) {
  const at = await openChannels(owner, member, stranger)
  await joinChannel(at, channel, owner, undefined, policy)
  await joinChannel(at, channel, member, undefined, policy)
  for (let i = 1; i <= records; i++) {
    await appendRecord(at, channel, owner, new Uint8Array(bytes).fill(i), undefined)
  }
  return at
}

const whole = { after: 0, limit: undefined, maxBytes: 10_000 }

describe('Records', () => {
  test('are numbered in their order', async () => {
    const at = await open(2)
    expect(await appendRecord(at, channel, member, Uint8Array.of(9), 2)).toEqual({
      kind: 'appended',
      number: 3,
    })
    expect(await readRecords(at, channel, member, whole)).toEqual({
      records: [
        { number: 1, record: Uint8Array.of(1) },
        { number: 2, record: Uint8Array.of(2) },
        { number: 3, record: Uint8Array.of(9) },
      ],
      more: false,
    })
  })

  test('are not appended behind another than the one that was meant', async () => {
    const at = await open(2)
    expect(await appendRecord(at, channel, owner, Uint8Array.of(9), 1)).toEqual({
      kind: 'conflict',
      last: 2,
    })
  })

  test('are for members', async () => {
    const at = await open(2)
    expect(await appendRecord(at, channel, stranger, Uint8Array.of(9), undefined)).toEqual({
      kind: 'not-a-member',
    })
    expect(await readRecords(at, channel, stranger, whole)).toBeUndefined()
  })

  test('of a plain member are few, those of an owner as many as a channel keeps', async () => {
    const at = await open()
    const append = (author: typeof owner) =>
      appendRecord(at, channel, author, new Uint8Array(), undefined)
    for (let i = 0; i < 64; i++) await append(member)
    expect(await append(member)).toEqual({ kind: 'full' })
    for (let i = 64; i < recordLimits.maxRecords; i++) await append(owner)
    expect(await append(owner)).toEqual({ kind: 'full' })
  })

  test('come in pages that miss nothing', async () => {
    const at = await open(230)
    const numbers: number[] = []
    let after = 0
    let pages = 0
    while (true) {
      const query = { after, limit: 90, maxBytes: 10_000 }
      const page = await readRecords(at, channel, owner, query)
      if (page === undefined) throw new Error('No page')
      numbers.push(...page.records.map(({ number }) => number))
      after = numbers.at(-1) ?? 0
      pages++
      if (!page.more) break
    }
    expect(numbers).toEqual(Array.from({ length: 230 }, (_, index) => index + 1))
    expect(pages).toBe(3)
  })

  test('are a hundred to a page unless something else is asked for, and a thousand at most', async () => {
    const at = await open(1100)
    const lengthOf = async (limit: number | undefined) =>
      (await readRecords(at, channel, owner, { ...whole, limit }))?.records.length
    expect(await lengthOf(undefined)).toBe(100)
    expect(await lengthOf(-5)).toBe(1)
    expect(await lengthOf(5000)).toBe(1000)
  })

  test('fill a page by their size, too, with one at least', async () => {
    const at = await open(10, 100)
    const ofBytes = async (maxBytes: number) => {
      const page = await readRecords(at, channel, owner, { ...whole, maxBytes })
      return [page?.records.length, page?.more]
    }
    expect(await ofBytes(299)).toEqual([2, true])
    expect(await ofBytes(300)).toEqual([3, true])
    expect(await ofBytes(999)).toEqual([9, true])
    expect(await ofBytes(1000)).toEqual([10, false])
    expect(await ofBytes(1)).toEqual([1, true])
  })

  test('begin at the first for who asks for less', async () => {
    const at = await open(5)
    const page = await readRecords(at, channel, owner, { ...whole, after: -3 })
    expect(page?.records).toHaveLength(5)
    expect(await readRecords(at, channel, owner, { ...whole, after: 5 })).toEqual({
      records: [],
      more: false,
    })
  })
})

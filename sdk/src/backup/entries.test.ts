import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concatenate, inPieces } from '#backup/backups-for-tests.ts'
import { type Entry, maxValueBytes, readEntries, writeEntry } from '#backup/entries.ts'
import { refuses } from '#storage/contract.ts'

const beginning: Entry = { kind: 'beginning', madeAtMillis: Date.UTC(2026, 0, 1) }
const value = new TextEncoder().encode('a value')
const record: Entry = { kind: 'record', collection: 'message', id: 'a/1', value }

async function readAll(bytes: Uint8Array, size?: number): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  for await (const entry of readEntries(inPieces(bytes, size))) entries.push(entry)
  return entries
}

const whole = (entries: readonly Entry[], zeros = 100): Uint8Array =>
  concatenate([...entries.map(writeEntry), new Uint8Array(zeros)])
const end = (entries: number): Entry => ({ kind: 'end', entries })

const name = fc.stringMatching(/^[a-z]{1,20}$/)
const place = fc.record({ collection: name, id: fc.stringMatching(/^[ -~]{1,99}$/) })
const bytes = fc.uint8Array({ maxLength: 300 })
const anyEntry: fc.Arbitrary<Entry> = fc.oneof(
  fc
    .tuple(fc.constantFrom('record', 'changed'), place, bytes)
    .map(([kind, at, content]): Entry => ({
      kind: kind === 'record' ? 'record' : 'changed',
      ...at,
      value: content,
    })),
  place.map((at): Entry => ({ kind: 'gone', ...at })),
)

describe('the entries of a backup', () => {
  test('read the same for ever', async () => {
    const written = whole([beginning, record, end(1)], 3)
    expect(written.toHex()).toBe(
      '010000019b76daa80002070003000000076d657373616765612f31612076616c7565050000000000000001000000',
    )
    expect(await readAll(written)).toEqual([beginning, record, end(1)])
  })

  test('are read back, whatever they are and in whatever pieces they come', async () => {
    const size = fc.integer({ min: 1, max: 400 })
    await fc.assert(
      fc.asyncProperty(fc.array(anyEntry, { maxLength: 20 }), size, async (entries, pieces) => {
        const all = [beginning, ...entries, end(entries.length)]
        expect(await readAll(whole(all), pieces)).toEqual(all)
      }),
    )
  })

  test('are refused when they begin or end in another way, or are not as many as they say', async () => {
    const wrong: readonly (readonly Entry[])[] = [
      [],
      [record, end(1)],
      [beginning, record],
      [beginning, beginning, end(1)],
      [beginning, record, end(0)],
      [beginning, record, end(2)],
      [end(0)],
    ]
    for (const entries of wrong) await refuses(() => readAll(whole(entries)), 'backup-damaged')
  })

  test('are refused when they are cut off anywhere, or something stands behind their end', async () => {
    const written = whole([beginning, record, end(1)], 0)
    for (let length = 0; length < written.length; length++) {
      await refuses(() => readAll(written.subarray(0, length)), 'backup-damaged')
    }
    const behind = concatenate([written, new Uint8Array(50_000), Uint8Array.of(1)])
    await refuses(() => readAll(behind), 'backup-damaged')
  })

  test('are refused when a text is none, something that went has a value, or a length is absurd', async () => {
    const gone = writeEntry({ kind: 'gone', collection: 'message', id: 'a' })
    const wrong = [
      writeEntry(record).with(8, 0xff),
      concatenate([gone.with(7, 1), Uint8Array.of(0)]),
      writeEntry(record).with(4, 0xff),
      Uint8Array.of(9, 1, 1, 1, 1, 1, 1, 1, 1),
    ]
    for (const entry of wrong) {
      const all = concatenate([writeEntry(beginning), entry, whole([end(1)])])
      await refuses(() => readAll(all), 'backup-damaged')
    }
    const tooLarge = { ...record, value: new Uint8Array(maxValueBytes + 1) }
    expect(() => writeEntry(tooLarge)).toThrow(RangeError)
  })

  test('of any bytes at all are read or refused, and nothing else', async () => {
    const hostile = fc.tuple(
      fc.constantFrom(new Uint8Array(0), writeEntry(beginning)),
      fc.uint8Array({ maxLength: 200 }),
    )
    await fc.assert(
      fc.asyncProperty(hostile, async ([before, rest]) => {
        const read = await readAll(concatenate([before, rest])).catch((error: unknown) => error)
        if (!Array.isArray(read)) expect(read).toMatchObject({ code: 'backup-damaged' })
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Storage } from '#ports/storage.ts'
import { State } from '#state/state.ts'
import { Work } from '#state/work.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'

const open = (): Promise<Storage> => openMemoryShelf().open('test', 'create')
const value = (byte: number): Uint8Array => Uint8Array.of(byte)

describe('a work', () => {
  test('shows what was put, hides what was deleted, and changes nothing below', async () => {
    const records = await open()
    await records.write([
      { kind: 'put', collection: 'a', id: '1', value: value(1) },
      { kind: 'put', collection: 'a', id: '2', value: value(2) },
    ])
    const work = new Work(records)
    work.put('a', '3', value(3))
    work.delete('a', '1')
    expect(await work.get('a', '1')).toBeUndefined()
    expect(await work.list('a', { limit: 9 })).toEqual([
      { id: '2', value: value(2) },
      { id: '3', value: value(3) },
    ])
    expect(await records.list('a', { limit: 9 })).toHaveLength(2)
  })

  test('lists as a storage would after its changes, whatever they are', async () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const change = fc.record({ id, put: fc.boolean(), byte: fc.nat(255), isInner: fc.boolean() })
    const range = fc.record({
      from: fc.option(id, { nil: undefined }),
      before: fc.option(id, { nil: undefined }),
      order: fc.constantFrom('ascending', 'descending'),
      limit: fc.integer({ min: 1, max: 7 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change), fc.array(change), range, async (below, above, asked) => {
        const records = await open()
        const model = new Map<string, number>()
        for (const { id: each, put, byte } of below) {
          if (put) model.set(each, byte)
          else model.delete(each)
        }
        await records.write(
          [...model].map(([each, byte]) => ({
            kind: 'put',
            collection: 'x',
            id: each,
            value: value(byte),
          })),
        )
        const work = new Work(records)
        for (const { id: each, put, byte, isInner } of above) {
          const act = async (target: Work): Promise<true> => {
            if (put) target.put('x', each, value(byte))
            else target.delete('x', each)
            return true
          }
          await (isInner ? work.attempt(act) : act(work))
          if (put) model.set(each, byte)
          else model.delete(each)
        }
        const expected = [...model]
          .filter(([each]) => asked.from === undefined || each >= asked.from)
          .filter(([each]) => asked.before === undefined || each < asked.before)
          .sort(([a], [b]) => (a < b ? -1 : 1))
        if (asked.order === 'descending') expected.reverse()
        const listed = await work.list('x', asked)
        expect(listed.map((row) => [row.id, row.value[0]])).toEqual(expected.slice(0, asked.limit))
        await records.write(work.changes())
        expect(await records.list('x', { limit: 99 })).toHaveLength(model.size)
      }),
    )
  })

  test('forgets a step inside it that fails or gives nothing, and keeps the others', async () => {
    const work = new Work(await open())
    const ends: string[] = []
    await work.attempt(async (inner) => {
      inner.put('a', 'kept', value(1))
      inner.afterwards(() => ends.push('kept is written'))
      return true
    })
    await work.attempt(async (inner) => {
      inner.put('a', 'nothing', value(2))
      inner.afterwards(() => ends.push('nothing is written'))
      inner.atAnyEnd(() => ends.push('nothing is over'))
      return undefined
    })
    const failing = work.attempt(async (inner) => {
      inner.put('a', 'thrown', value(3))
      inner.atAnyEnd(() => ends.push('thrown is over'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(work.changes().map(({ id }) => id)).toEqual(['kept'])
    work.finish(true)
    expect(ends).toEqual(['nothing is over', 'thrown is over', 'kept is written'])
  })
})

describe('the state', () => {
  test('takes steps one after the other, each seeing what the one before has written', async () => {
    const state = new State(await open())
    const add = (): Promise<void> =>
      state.change(async (work) => {
        const before = (await work.get('a', 'count'))?.[0] ?? 0
        await Promise.resolve()
        work.put('a', 'count', value(before + 1))
      })
    await Promise.all(Array.from({ length: 50 }, add))
    expect(await state.get('a', 'count')).toEqual(value(50))
  })

  test('writes nothing of a step that fails, says nothing of it, and goes on', async () => {
    const state = new State(await open())
    const said: string[] = []
    const failing = state.change(async (work) => {
      work.put('a', 'x', value(1))
      work.afterwards(() => said.push('written'))
      work.atAnyEnd(() => said.push('over'))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await state.get('a', 'x')).toBeUndefined()
    expect(said).toEqual(['over'])
    await state.change(async (work) => work.put('a', 'x', value(2)))
    expect(await state.get('a', 'x')).toEqual(value(2))
  })

  test('says what has happened when it is on disk, and not before', async () => {
    const records = await open()
    const said: string[] = []
    const slow: Storage = {
      get: (...of) => records.get(...of),
      list: (...of) => records.list(...of),
      async write(changes) {
        said.push('writing')
        await records.write(changes)
        said.push('written')
      },
      [Symbol.asyncDispose]: () => records[Symbol.asyncDispose](),
    }
    await new State(slow).change(async (work) => {
      work.put('a', 'x', value(1))
      work.afterwards(() => said.push('told'))
    })
    expect(said).toEqual(['writing', 'written', 'told'])
  })

  test('once closed takes nothing more, and has finished what was begun', async () => {
    const state = new State(await open())
    const begun = state.change(async (work) => work.put('a', 'x', value(1)))
    await state.close()
    await begun
    expect(await state.get('a', 'x')).toEqual(value(1))
    await expect(state.change(async () => {})).rejects.toMatchObject({ code: 'closed' })
  })
})

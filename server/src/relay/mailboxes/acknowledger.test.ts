import { describe, expect, test } from 'vitest'
import { setTimeout as pause } from 'node:timers/promises'
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import { Acknowledger } from '#relay/mailboxes/acknowledger.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { StoreError, type MailboxStore } from '#store/store.ts'

const mailbox = '3'.repeat(64) as MailboxId

function id(number: number): EnvelopeId {
  return new Uint8Array(16).fill(number) as EnvelopeId
}

const ids = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, i) => id(first + i))

interface Batch {
  readonly ids: readonly number[]
  done(): void
  fail(error: Error): void
}

/** A store whose removals the test finishes. */
function open(batchSize: number, flushMillis = 60_000) {
  const batches: Batch[] = []
  const acknowledge: MailboxStore['acknowledge'] = (address, gathered) => {
    if (address !== mailbox) throw new Error('Another mailbox')
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    batches.push({
      ids: gathered.map((each) => each[0] ?? -1),
      done: () => resolve(gathered.length),
      fail: reject,
    })
    return promise
  }
  const mailboxes = Object.assign(Object.create(openMemoryStore().mailboxes) as MailboxStore, {
    acknowledge,
  })
  const told: string[] = []
  const acknowledger = new Acknowledger(
    mailboxes,
    mailbox,
    { batchSize, flushMillis },
    {
      removed: (count) => told.push(`removed ${count}`),
      failed: (error) => told.push(error instanceof StoreError ? error.code : 'failed'),
    },
  )
  return { acknowledger, batches, told, written: () => batches.map((batch) => batch.ids) }
}

describe('An acknowledger', () => {
  test('writes a full batch at once', async () => {
    const { acknowledger, batches, told, written } = open(3)
    acknowledger.add(ids(1, 2))
    expect(written()).toEqual([])
    acknowledger.add(ids(3, 3))
    expect(written()).toEqual([[1, 2, 3]])
    batches[0]?.done()
    await acknowledger.flush()
    expect(told).toEqual(['removed 3'])
  })

  test('writes as many batches as there are, and keeps the rest', () => {
    const { acknowledger, written } = open(3)
    acknowledger.add(ids(1, 8))
    expect(written()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    void acknowledger.flush()
    expect(written()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8],
    ])
  })

  test('writes what waits after the interval, which the first of them begins', async () => {
    const { acknowledger, written } = open(100, 80)
    acknowledger.add(ids(1, 1))
    await pause(50)
    acknowledger.add(ids(2, 2))
    expect(written()).toEqual([])
    await pause(60)
    expect(written()).toEqual([[1, 2]])
  })

  test('has no timer when nothing waits: after a full batch, after a flush, and before the first', async () => {
    const { acknowledger, written } = open(2, 30)
    acknowledger.add(ids(1, 2))
    acknowledger.add(ids(3, 3))
    void acknowledger.flush()
    acknowledger.add([])
    await pause(60)
    expect(written()).toEqual([[1, 2], [3]])
  })

  test.each([
    ['one that was full', [1, 2], []],
    ['one that was more than full', [1, 2, 3, 4], []],
    ['one that came in pieces', [1], [2]],
  ])('no earlier batch shortens the time of the next: %s', async (_, first, second) => {
    const { acknowledger, written } = open(2, 100)
    acknowledger.add(first.map(id))
    await pause(50)
    acknowledger.add(second.map(id))
    await pause(20)
    const before = written().length
    acknowledger.add(ids(9, 9))
    await pause(60)
    expect(written()).toHaveLength(before)
    await pause(70)
    expect(written().at(-1)).toEqual([9])
  })

  test('adding to a batch that waits begins no second timer', async () => {
    const { acknowledger, written } = open(3, 100)
    acknowledger.add(ids(1, 1))
    await pause(20)
    acknowledger.add(ids(2, 2))
    await pause(20)
    acknowledger.add(ids(3, 3))
    acknowledger.add(ids(4, 4))
    await pause(80)
    expect(written()).toEqual([[1, 2, 3]])
    await pause(50)
    expect(written()).toEqual([[1, 2, 3], [4]])
  })

  test('a flush waits for what was written before it as well', async () => {
    const { acknowledger, batches, told } = open(2)
    acknowledger.add(ids(1, 3))
    let isFlushed = false
    const flushed = acknowledger.flush().then(() => (isFlushed = true))
    expect(batches).toHaveLength(2)
    batches[1]?.done()
    await pause(5)
    expect(isFlushed).toBe(false)
    batches[0]?.done()
    await flushed
    expect(told).toEqual(['removed 1', 'removed 2'])

    acknowledger.add(ids(4, 5))
    let isFlushedAgain = false
    const again = acknowledger.flush().then(() => (isFlushedAgain = true))
    await pause(5)
    expect(isFlushedAgain).toBe(false)
    batches[2]?.done()
    await again
  })

  test('a flush with nothing to write is done at once', async () => {
    const { acknowledger, told } = open(2)
    await acknowledger.flush()
    expect(told).toEqual([])
  })

  test('a failure is reported, never thrown, and the next batch is written all the same', async () => {
    const { acknowledger, batches, told } = open(1)
    acknowledger.add(ids(1, 1))
    batches[0]?.fail(new StoreError('disk-full', 'Cannot write'))
    await acknowledger.flush()
    acknowledger.add(ids(2, 2))
    batches[1]?.done()
    await acknowledger.flush()
    expect(told).toEqual(['disk-full', 'removed 1'])
  })
})

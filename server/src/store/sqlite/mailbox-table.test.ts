import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MailboxId } from '@sotto/wire'
import { MailboxTable } from '#store/sqlite/mailbox-table.ts'
import { PendingQueue } from '#store/sqlite/pending-queue.ts'

/** A digest, as addresses are. */
const mailboxOf = (number: number): MailboxId =>
  createHash('sha256').update(String(number)).digest('hex') as MailboxId

/** Not digests, and alike in all that chooses a chain. */
const alike = (number: number): MailboxId => String(number).padStart(64, '0') as MailboxId

describe('A table of mailboxes', () => {
  test.each([
    ['far apart', mailboxOf],
    ['all in one chain', alike],
  ])('finds what is there and nothing else, for addresses that are %s', (_, addressOf) => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 200 }), (numbers) => {
        const table = new MailboxTable()
        const model = new Map<number, PendingQueue>()
        for (const number of numbers) {
          const there = model.get(number)
          if (there === undefined) {
            const queue = new PendingQueue(addressOf(number), number)
            table.add(queue)
            model.set(number, queue)
          } else {
            table.delete(there)
            model.delete(number)
          }
          for (let each = 0; each <= 30; each++) {
            expect(table.get(addressOf(each))).toBe(model.get(each))
          }
        }
        expect(new Set(table.queues())).toEqual(new Set(model.values()))
      }),
      { numRuns: 30 },
    )
  })

  test('has something near whatever is not there, when it is well filled', () => {
    const table = new MailboxTable()
    for (let i = 0; i < 1000; i++) table.add(new PendingQueue(mailboxOf(i), i))
    for (let i = 1000; i < 1100; i++) expect(table.near(mailboxOf(i))).toBeDefined()
    expect(new MailboxTable().near(mailboxOf(1))).toBeUndefined()
  })

  test('grows, and can be walked while what was seen goes', () => {
    const table = new MailboxTable()
    const count = 10_000
    for (let i = 0; i < count; i++) table.add(new PendingQueue(mailboxOf(i), i))
    const seen: number[] = []
    for (const queue of table.queues()) {
      seen.push(queue.mailbox)
      table.delete(queue)
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
    expect([...table.queues()]).toEqual([])
    expect(table.get(mailboxOf(1))).toBeUndefined()
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MailboxId } from '@sotto/wire'
import { PendingQueue, tagOf, type Entry } from '#store/sqlite/pending-queue.ts'

// 64 digits.
const mailbox = '7'.repeat(64) as MailboxId

function entry(sequence: number, changes: Partial<Entry> = {}): Entry {
  return { sequence, tag: sequence * 7, expiresAtMillis: 1000 + sequence, bytes: 10, ...changes }
}

describe('a queue of what waits', () => {
  test('behaves like a sorted array under any additions and removals', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), gap: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('remove' as const), at: fc.nat() }),
      fc.record({ kind: fc.constant('put-back' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new PendingQueue(mailbox, 1)
        let model: Entry[] = []
        const removed: Entry[] = []
        let next = 1
        for (const one of steps) {
          if (one.kind === 'add') {
            next += one.gap
            const added = entry(next, { bytes: one.gap })
            queue.add(added)
            model.push(added)
          } else if (one.kind === 'remove' && model.length > 0) {
            const at = one.at % model.length
            const gone = queue.removeAt(at)
            expect(gone).toEqual(model[at])
            removed.push(gone)
            model.splice(at, 1)
          } else if (one.kind === 'put-back') {
            const back = removed.pop()
            if (back === undefined) continue
            queue.add(back)
            model = [...model, back].toSorted((a, b) => a.sequence - b.sequence)
          }
          expect(queue.entries()).toEqual(model)
          expect(queue.bytes).toBe(model.reduce((sum, each) => sum + each.bytes, 0))
          expect(queue.lastSequence).toBe(model.at(-1)?.sequence ?? 0)
          for (const [i, each] of model.entries()) {
            expect(queue.indexOf(each.sequence)).toBe(i)
            expect(queue.indexAfter(each.sequence)).toBe(i + 1)
            expect(queue.indexOfTag(each.tag)).toBe(i)
            expect(queue.earliestExpiryMillis).toBeLessThanOrEqual(each.expiresAtMillis)
          }
          expect(queue.indexOf(next + 1)).toBe(-1)
          expect(queue.indexOfTag(-1)).toBe(-1)
        }
      }),
    )
  })

  test('refuses to read beyond its ends', () => {
    const queue = new PendingQueue(mailbox, 1)
    expect(() => queue.at(0)).toThrow(RangeError)
    queue.add(entry(1))
    expect(() => queue.at(-1)).toThrow(RangeError)
    expect(() => queue.removeAt(1)).toThrow(RangeError)
  })

  test('a tag is the first 48 bits of an id', () => {
    const id = Uint8Array.from({ length: 16 }, (_, i) => 0xf0 + i)
    expect(tagOf(id)).toBe(0xf0f1f2f3f4f5)
    expect(Number.isSafeInteger(tagOf(new Uint8Array(16).fill(0xff)))).toBe(true)
  })
})

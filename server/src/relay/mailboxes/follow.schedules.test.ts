import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { setImmediate as turn } from 'node:timers/promises'
import { openLocalBus } from '#bus/local.ts'
import { Follower } from '#relay/mailboxes/follow.ts'
import {
  clock,
  letter,
  limits,
  mailbox,
  Notes,
  now,
  policy,
  range,
} from '#relay/mailboxes/reading-for-tests.ts'
import { MemoryMailboxes } from '#store/memory/mailboxes.ts'
import type { MailboxStore } from '#store/store.ts'

type Step = 'put' | 'put elsewhere' | 'acknowledge' | 'wake'

describe('Whatever happens when', () => {
  test('each envelope is offered once, in order, and none that stays is missed', async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.constant<Step>('put') },
        { weight: 2, arbitrary: fc.constant<Step>('put elsewhere') },
        { weight: 1, arbitrary: fc.constant<Step>('acknowledge') },
        { weight: 1, arbitrary: fc.constant<Step>('wake') },
      ),
      { minLength: 1, maxLength: 14 },
    )
    const fullness = fc.array(fc.boolean(), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), steps, fullness, async (scheduler, plan, full) => {
        const store = new MemoryMailboxes()
        await store.open(mailbox)
        const bus = openLocalBus()
        // A look takes as long as it likes, and so does its answer.
        const collect: MailboxStore['collect'] = async (address, query) => {
          await scheduler.schedule(Promise.resolve(), 'look')
          const found = await store.collect(address, query)
          await scheduler.schedule(Promise.resolve(), 'answer')
          return found
        }
        const mailboxes = Object.assign(Object.create(store) as MailboxStore, { collect })
        const notes = new Notes()
        const acknowledged = new Set<number>()
        let asked = 0
        notes.isFull = () => {
          const isFull = full[asked++ % full.length] === true
          if (isFull) {
            void scheduler.schedule(Promise.resolve(), 'drained').then(() => follower.resume())
          }
          return isFull
        }

        let drawn = 0
        const put = async (isLive: boolean): Promise<void> => {
          const made = {
            ...letter(++drawn),
            mailbox,
            acceptedAtMillis: now,
            expiresAtMillis: now + 1000,
          }
          const outcome = await store.deposit(made, policy)
          if (outcome.kind !== 'stored') throw new Error('Not stored')
          const { sequence, previous } = outcome
          const { idMayRepeat: _, ...rest } = made
          // Rings may come late, and in another order than the commits.
          await scheduler.schedule(Promise.resolve(), `ring ${sequence}`)
          bus.ring({
            mailbox,
            live: isLive ? { envelope: { ...rest, sequence }, previous } : undefined,
          })
        }
        const acknowledge = async (): Promise<void> => {
          const query = { after: 0, maxEnvelopes: 1, maxBytes: 1000, nowMillis: now }
          const [oldest] = (await store.collect(mailbox, query)).envelopes
          if (oldest === undefined) return
          acknowledged.add(oldest.sequence)
          await store.acknowledge(mailbox, [oldest.id])
        }
        const run = async (step: Step): Promise<void> => {
          await scheduler.schedule(Promise.resolve(), step)
          if (step === 'put') await put(true)
          else if (step === 'put elsewhere') await put(false)
          else if (step === 'acknowledge') await acknowledge()
          else bus.ring({ mailbox, live: undefined })
        }
        const follower: Follower = new Follower({ mailboxes, bus, clock }, mailbox, notes, limits)
        const running = Promise.all(plan.map(run))
        // The follower lets others have their turn between two looks: what it asks for then is scheduled late.
        for (let quiet = 0; quiet < 3; quiet++) {
          if (scheduler.count() > 0) quiet = 0
          await scheduler.waitIdle()
          await turn()
        }
        await running
        follower[Symbol.dispose]()

        expect(notes.failures).toEqual([])
        expect(notes.taken).toEqual([...new Set(notes.taken)].toSorted((a, b) => a - b))
        const missed = range(1, drawn).filter(
          (sequence) => !notes.taken.includes(sequence) && !acknowledged.has(sequence),
        )
        expect(missed).toEqual([])
      }),
      { numRuns: 400 },
    )
  })
})

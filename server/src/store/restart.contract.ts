/**
 * @module What every backend promises of its data when the next process opens it.
 */
import { describe, expect, test } from 'vitest'
import {
  envelopeTo,
  newAccount,
  roomy,
  textsIn,
  withMailbox,
  type Backend,
} from '#store/samples-for-tests.ts'
import type { DepositLimits } from '#store/store.ts'

export function restartContract(name: string, backend: Backend): void {
  const { reopen } = backend
  if (reopen === undefined) return
  describe(`${name}: after a restart`, () => {
    test('everything that was answered is there, and nothing that was removed comes back', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const sent = ['a', 'b', 'c', 'd'].map((text) => envelopeTo(mailbox, text))
      for (const envelope of sent) await store.mailboxes.deposit(envelope, roomy)
      const second = sent[1]
      if (second === undefined) throw new TypeError('nothing sent')
      await store.mailboxes.acknowledge(mailbox, [second.id])
      const account = newAccount('ada')
      await store.accounts.register(account)
      await store.prekeys.takeBundle(account.mailbox, true)

      const again = await reopen(store)
      expect(await textsIn(again, mailbox)).toEqual(['a', 'c', 'd'])
      expect(again.mailboxes.count()).toBe(3)
      expect(await again.accounts.findByUsername('ada')).toBeDefined()
      expect(await again.accounts.sessionIsOpen(account.session.family)).toBe(true)
      const bundle = await again.prekeys.takeBundle(account.mailbox, true)
      expect(bundle?.oneTime?.keyId).toBe(2)
    })

    test('a sequence number is never given twice, even when the mailbox was emptied', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const given: number[] = []
      let current = store
      for (let round = 0; round < 3; round++) {
        const sent = envelopeTo(mailbox, `round ${round}`)
        const outcome = await current.mailboxes.deposit(sent, roomy)
        if (outcome.kind === 'stored') given.push(outcome.sequence)
        await current.mailboxes.acknowledge(mailbox, [sent.id])
        current = await reopen(current)
      }
      expect(given.length).toBe(3)
      expect(given).toEqual([...new Set(given)].toSorted((a, b) => a - b))
    })

    test('limits count what was there before', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const limits: DepositLimits = { ...roomy, maxEnvelopes: 1 }
      await store.mailboxes.deposit(envelopeTo(mailbox, 'a'), limits)
      const again = await reopen(store)
      const second = await again.mailboxes.deposit(envelopeTo(mailbox, 'b'), limits)
      expect(second.kind).toBe('mailbox-full')
    })
  })
}

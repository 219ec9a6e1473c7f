/**
 * @module What every backend promises of its accounts and sessions.
 */
import { describe, expect, test } from 'vitest'
import {
  envelopeTo,
  fresh,
  freshAccount,
  later,
  newAccount,
  now,
  roomy,
  type Backend,
} from '#store/samples-for-tests.ts'

export function accountsContract(name: string, backend: Backend): void {
  describe(`${name}: accounts`, () => {
    test('registers account, mailbox, keys and session in one step', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      expect(await store.accounts.register(account)).toEqual({ kind: 'registered' })
      const found = await store.accounts.findByUsername('ada')
      expect(found?.passwordHash).toBe(account.passwordHash)
      expect(Buffer.from(found?.account ?? [])).toEqual(Buffer.from(account.account))
      expect(await store.prekeys.countOneTime(account.mailbox)).toBe(3)
      expect(await store.accounts.sessionIsOpen(account.session.family)).toBe(true)
      const sent = await store.mailboxes.deposit(envelopeTo(account.mailbox, 'hi'), roomy)
      expect(sent.kind).toBe('stored')
    })

    test('gives a name to one of those who ask at the same time, and nothing to the others', async () => {
      const store = await backend.open()
      const rivals = [newAccount('eve'), newAccount('eve'), newAccount('eve')]
      const outcomes = await Promise.all(rivals.map((rival) => store.accounts.register(rival)))
      expect(outcomes.map((outcome) => outcome.kind)).toEqual([
        'registered',
        'username-taken',
        'username-taken',
      ])
      const loser = rivals[1]
      if (loser === undefined) throw new TypeError('no rival')
      expect(await store.prekeys.identity(loser.mailbox)).toBeUndefined()
      expect(await store.accounts.sessionIsOpen(loser.session.family)).toBe(false)
      const sent = await store.mailboxes.deposit(envelopeTo(loser.mailbox, 'x'), roomy)
      expect(sent.kind).toBe('unknown-mailbox')
    })

    test('tells names apart by case and knows nobody it was not told of', async () => {
      const store = await backend.open()
      await store.accounts.register(newAccount('Bob'))
      expect(await store.accounts.findByUsername('bob')).toBeUndefined()
      expect(await store.accounts.findByUsername("' OR 1=1 --")).toBeUndefined()
    })

    function rotation(tokenHash: Uint8Array, nowMillis = now) {
      const successor = fresh(32)
      return {
        tokenHash,
        successor,
        successorExpiresAtMillis: later,
        nowMillis,
        graceMillis: 10_000,
      }
    }

    test('rotates a refresh token once; a moment later its twin is a retry, later it is theft', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      const first = rotation(account.session.tokenHash)
      const outcomes = await Promise.all([
        store.accounts.rotateSession(first),
        store.accounts.rotateSession(rotation(account.session.tokenHash)),
      ])
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(['rotated', 'retried'])
      expect(await store.accounts.sessionIsOpen(account.session.family)).toBe(true)
      const stolen = rotation(account.session.tokenHash, now + 10_001)
      const reused = await store.accounts.rotateSession(stolen)
      expect(reused.kind).toBe('reused')
      expect(await store.accounts.sessionIsOpen(account.session.family)).toBe(false)
      const descendant = await store.accounts.rotateSession(rotation(first.successor))
      expect(descendant.kind).toBe('refused')
    })

    test('refuses unknown and expired tokens and keeps other families when one is revoked', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      expect((await store.accounts.rotateSession(rotation(fresh(32)))).kind).toBe('refused')
      const late = await store.accounts.rotateSession(rotation(account.session.tokenHash, later))
      expect(late.kind).toBe('refused')
      const other = { family: fresh(16), tokenHash: fresh(32), expiresAtMillis: later }
      await store.accounts.openSession({ ...other, account: account.account })
      const ended = await store.accounts.endOtherSessions(account.account, other.family)
      expect(ended.map((family) => Buffer.from(family))).toEqual([
        Buffer.from(account.session.family),
      ])
      expect(await store.accounts.sessionIsOpen(other.family)).toBe(true)
      expect((await store.accounts.rotateSession(rotation(other.tokenHash))).kind).toBe('rotated')
    })

    test('ends a session for its owner only', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      const { tokenHash, family } = account.session
      expect(await store.accounts.endSession(freshAccount(), tokenHash)).toBeUndefined()
      expect(await store.accounts.sessionIsOpen(family)).toBe(true)
      const ended = await store.accounts.endSession(account.account, tokenHash)
      expect(Buffer.from(ended ?? [])).toEqual(Buffer.from(family))
      expect(await store.accounts.endSession(account.account, tokenHash)).toBeUndefined()
      expect((await store.accounts.rotateSession(rotation(tokenHash))).kind).toBe('refused')
    })

    test('removes expired sessions in slices', async () => {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      for (let i = 0; i < 4; i++) {
        await store.accounts.openSession({
          account: account.account,
          family: fresh(16),
          tokenHash: fresh(32),
          expiresAtMillis: now + 1,
        })
      }
      expect(await store.accounts.expireSessions(now + 1, 3)).toBe(3)
      expect(await store.accounts.expireSessions(now + 1, 3)).toBe(1)
      expect(await store.accounts.expireSessions(now + 1, 3)).toBe(0)
      expect(await store.accounts.sessionIsOpen(account.session.family)).toBe(true)
    })
  })
}

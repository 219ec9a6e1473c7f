/**
 * @module What every backend promises of its prekeys.
 */
import { describe, expect, test } from 'vitest'
import {
  envelopeTo,
  fresh,
  freshMailbox,
  newAccount,
  roomy,
  textsIn,
  type Backend,
} from '#store/samples-for-tests.ts'
import type { NewAccount, Store } from '#store/store.ts'

export function prekeysContract(name: string, backend: Backend): void {
  describe(`${name}: prekeys`, () => {
    async function withAccount(): Promise<{ store: Store; account: NewAccount }> {
      const store = await backend.open()
      const account = newAccount('ada')
      await store.accounts.register(account)
      return { store, account }
    }

    function refill(account: NewAccount, keyId: number, oneTimeIds: readonly number[]) {
      return {
        mailbox: account.mailbox,
        identityKey: account.prekeys.identity.publicKey,
        takeover: undefined,
        maxOneTime: 5,
        signed: { keyId, publicKey: fresh(33), signature: fresh(64) },
        oneTime: oneTimeIds.map((id) => ({ keyId: id, publicKey: fresh(33) })),
      }
    }

    test('serves each one-time key once, oldest first, and then none', async () => {
      const { store, account } = await withAccount()
      const bundles = await Promise.all(
        Array.from({ length: 5 }, () => store.prekeys.takeBundle(account.mailbox, true)),
      )
      expect(bundles.map((bundle) => bundle?.oneTime?.keyId)).toEqual([
        1,
        2,
        3,
        undefined,
        undefined,
      ])
      expect(bundles.map((bundle) => bundle?.remaining)).toEqual([2, 1, 0, 0, 0])
      expect(bundles[0]?.identity.registrationId).toBe(42)
      expect(Buffer.from(bundles[4]?.signed.publicKey ?? [])).toEqual(
        Buffer.from(account.prekeys.signed.publicKey),
      )
    })

    test('leaves one-time keys alone when it is not to consume', async () => {
      const { store, account } = await withAccount()
      const bundle = await store.prekeys.takeBundle(account.mailbox, false)
      expect(bundle?.oneTime).toBeUndefined()
      expect(bundle?.remaining).toBe(3)
      expect(await store.prekeys.takeBundle(freshMailbox(), true)).toBeUndefined()
    })

    test('refills: rotates the signed key, keeps known ids as they were, drops the oldest beyond the limit', async () => {
      const { store, account } = await withAccount()
      const upload = refill(account, 2, [3, 4, 5, 6])
      expect(await store.prekeys.upload(upload)).toEqual({ kind: 'refilled' })
      const served = []
      for (let i = 0; i < 6; i++) {
        served.push(await store.prekeys.takeBundle(account.mailbox, true))
      }
      expect(served.map((bundle) => bundle?.oneTime?.keyId)).toEqual([2, 3, 4, 5, 6, undefined])
      expect(Buffer.from(served[1]?.oneTime?.publicKey ?? [])).toEqual(
        Buffer.from(account.prekeys.oneTime[2]?.publicKey ?? []),
      )
      expect(served[0]?.signed.keyId).toBe(2)
    })

    test('refuses a signed key that is not newer, and changes nothing', async () => {
      const { store, account } = await withAccount()
      await store.prekeys.upload(refill(account, 10, []))
      const stale = await store.prekeys.upload(refill(account, 10, [50]))
      expect(stale).toEqual({ kind: 'stale-signed-prekey', current: 10 })
      expect(await store.prekeys.countOneTime(account.mailbox)).toBe(3)
    })

    test('a takeover replaces everything and purges what waits', async () => {
      const { store, account } = await withAccount()
      await store.mailboxes.deposit(envelopeTo(account.mailbox, 'old'), roomy)
      const sending = store.mailboxes.deposit(envelopeTo(account.mailbox, 'on its way'), roomy)
      const identityKey = fresh(33)
      const taking = store.prekeys.upload({
        ...refill(account, 1, [9]),
        identityKey,
        takeover: { registrationId: 7 },
      })
      const after = store.mailboxes.deposit(envelopeTo(account.mailbox, 'new'), roomy)
      await Promise.all([sending, after])
      expect(await taking).toEqual({ kind: 'taken-over', purged: 2 })
      expect(await textsIn(store, account.mailbox)).toEqual(['new'])
      const bundle = await store.prekeys.takeBundle(account.mailbox, true)
      expect(bundle?.identity.registrationId).toBe(7)
      expect(Buffer.from(bundle?.identity.publicKey ?? [])).toEqual(Buffer.from(identityKey))
      expect(bundle?.oneTime?.keyId).toBe(9)
      expect(bundle?.remaining).toBe(0)
    })

    test('says when the identity is not the one that the upload was checked with', async () => {
      const { store, account } = await withAccount()
      const foreign = { ...refill(account, 2, [9]), identityKey: fresh(33) }
      expect(await store.prekeys.upload(foreign)).toEqual({ kind: 'identity-changed' })
      const nobody = { ...refill(account, 2, []), mailbox: freshMailbox() }
      expect(await store.prekeys.upload(nobody)).toEqual({ kind: 'unknown-mailbox' })
      expect(await store.prekeys.countOneTime(account.mailbox)).toBe(3)
    })

    test('never pairs keys of two identities when a takeover and fetches race', async () => {
      const { store, account } = await withAccount()
      const before = Buffer.from(account.prekeys.signed.publicKey).toString('hex')
      const upload = {
        ...refill(account, 1, [9]),
        identityKey: fresh(33),
        takeover: { registrationId: 7 },
      }
      const fetches = Array.from({ length: 20 }, (_, i) =>
        i === 10
          ? store.prekeys.upload(upload).then(() => undefined)
          : store.prekeys.takeBundle(account.mailbox, true),
      )
      for (const bundle of await Promise.all(fetches)) {
        if (bundle === undefined) continue
        const isOld = Buffer.from(bundle.signed.publicKey).toString('hex') === before
        expect(bundle.identity.registrationId).toBe(isOld ? 42 : 7)
      }
    })
  })
}

/**
 * @module What every backend promises of recovery proofs.
 */
import { describe, expect, test } from 'vitest'
import { fresh, hexOf, later, now, type Backend } from '#store/samples-for-tests.ts'
import type { RecoveryProof, Store } from '#store/store.ts'

const proofOf = (changes: Partial<RecoveryProof> = {}): RecoveryProof => ({
  hash: fresh(32),
  data: fresh(100),
  expiresAtMillis: later,
  ...changes,
})

async function dataUnder(store: Store, hashes: readonly Uint8Array[], nowMillis = now) {
  const proofs = await store.recovery.get(hashes, nowMillis)
  return proofs.map(({ hash, data }) => [hexOf(hash), hexOf(data)])
}

const pair = ({ hash, data }: RecoveryProof) => [hexOf(hash), hexOf(data)]

export function recoveryContract(name: string, backend: Backend): void {
  const { reopen } = backend
  describe(`${name}: recovery proofs`, () => {
    test('gives what was put under each hash, and says nothing of the others', async () => {
      const store = await backend.shared()
      const [one, two] = [proofOf(), proofOf({ data: new Uint8Array() })]
      await store.recovery.put(one)
      await store.recovery.put(two)
      expect(await dataUnder(store, [fresh(32), one.hash])).toEqual([pair(one)])
      const both = await dataUnder(store, [two.hash, one.hash])
      expect(both).toHaveLength(2)
      expect(both).toEqual(expect.arrayContaining([pair(one), pair(two)]))
      expect(await dataUnder(store, [])).toEqual([])
      const [proof] = await store.recovery.get([one.hash], now)
      expect(proof?.expiresAtMillis).toBe(later)
    })

    test('asking for a hash twice gives its proof once', async () => {
      const store = await backend.shared()
      const proof = proofOf()
      await store.recovery.put(proof)
      expect(await dataUnder(store, [proof.hash, Uint8Array.from(proof.hash)])).toEqual([
        pair(proof),
      ])
    })

    test('a later proof takes the place of the earlier one', async () => {
      const store = await backend.shared()
      const proof = proofOf()
      await store.recovery.put(proof)
      const second = proofOf({ hash: proof.hash, expiresAtMillis: later + 5 })
      await store.recovery.put(second)
      expect(await dataUnder(store, [proof.hash])).toEqual([pair(second)])
      const [found] = await store.recovery.get([proof.hash], now)
      expect(found?.expiresAtMillis).toBe(later + 5)
    })

    test('an expired proof is out of reach at once, and goes when it is swept', async () => {
      const store = await backend.open()
      const [old, older, young] = [
        proofOf({ expiresAtMillis: now }),
        proofOf({ expiresAtMillis: now - 1 }),
        proofOf({ expiresAtMillis: now + 1 }),
      ]
      for (const proof of [old, older, young]) await store.recovery.put(proof)
      const hashes = [old.hash, older.hash, young.hash]
      expect(await dataUnder(store, hashes)).toEqual([pair(young)])
      expect(await store.recovery.expire(now, 1)).toBe(1)
      expect(await store.recovery.expire(now, 10)).toBe(1)
      expect(await store.recovery.expire(now, 10)).toBe(0)
      // A moment before they expired they would still be found, if they were there.
      expect(await dataUnder(store, hashes, now - 2)).toEqual([pair(young)])
    })

    if (reopen === undefined) return
    test('outlives a restart', async () => {
      const store = await backend.open()
      const proof = proofOf()
      await store.recovery.put(proof)
      const again = await reopen(store)
      expect(await dataUnder(again, [proof.hash])).toEqual([pair(proof)])
    })
  })
}

/**
 * @module What every backend promises of settings and since when they are what they are.
 */
import { describe, expect, test } from 'vitest'
import { now, type Backend } from '#store/samples-for-tests.ts'

export function milestonesContract(name: string, backend: Backend): void {
  const { reopen } = backend
  describe(`${name}: milestones`, () => {
    test('a value begins when it is told first, and begins again after another', async () => {
      const { milestones } = await backend.open()
      expect(await milestones.since('a', 5, now)).toBe(now)
      expect(await milestones.since('a', 5, now + 10)).toBe(now)
      expect(await milestones.since('a', 6, now + 20)).toBe(now + 20)
      expect(await milestones.since('a', 5, now + 30)).toBe(now + 30)
    })

    test('names do not touch each other', async () => {
      const { milestones } = await backend.open()
      await milestones.since('a', 5, now)
      expect(await milestones.since('b', 5, now + 10)).toBe(now + 10)
      expect(await milestones.since('a', 5, now + 20)).toBe(now)
    })

    if (reopen === undefined) return
    test('outlive a restart', async () => {
      const store = await backend.open()
      await store.milestones.since('a', 5, now)
      const again = await reopen(store)
      expect(await again.milestones.since('a', 5, now + 10)).toBe(now)
    })
  })
}

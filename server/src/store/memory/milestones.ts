/**
 * @module Since when settings are what they are, in memory.
 */
import type { MilestoneStore } from '#store/store.ts'

export class MemoryMilestones implements MilestoneStore {
  readonly #milestones = new Map<string, { readonly value: number; readonly since: number }>()

  async since(name: string, value: number, nowMillis: number): Promise<number> {
    const known = this.#milestones.get(name)
    if (known?.value === value) return known.since
    this.#milestones.set(name, { value, since: nowMillis })
    return nowMillis
  }
}

/**
 * @module Recovery proofs, in memory.
 */
import type { RecoveryProof, RecoveryStore } from '#store/store.ts'
import { copyOf, keyOf } from '#store/memory/mailboxes.ts'

export class MemoryRecovery implements RecoveryStore {
  readonly #proofs = new Map<string, RecoveryProof>()

  async put({ hash, data, expiresAtMillis }: RecoveryProof): Promise<void> {
    this.#proofs.set(keyOf(hash), { hash: copyOf(hash), data: copyOf(data), expiresAtMillis })
  }

  async get(hashes: readonly Uint8Array[], nowMillis: number): Promise<readonly RecoveryProof[]> {
    return [...new Set(hashes.map(keyOf))].flatMap((key) => {
      const proof = this.#proofs.get(key)
      return proof !== undefined && proof.expiresAtMillis > nowMillis ? [proof] : []
    })
  }

  async expire(nowMillis: number, limit: number): Promise<number> {
    const expired = [...this.#proofs]
      .filter(([, proof]) => proof.expiresAtMillis <= nowMillis)
      .slice(0, limit)
    for (const [key] of expired) this.#proofs.delete(key)
    return expired.length
  }
}

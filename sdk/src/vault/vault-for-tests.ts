/**
 * @module What the tests of the vault begin with.
 */
import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import type { Storage } from '#ports/storage.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'
import type { VaultDeps } from '#vault/deps.ts'
import { fakeArgon2id } from '#vault/fake-argon2id.ts'

export const primitives: Primitives = await openPrimitives()
export const passphrase = 'correct horse battery'

export function testDeps(seed: string, changes: Partial<VaultDeps> = {}): VaultDeps {
  return {
    primitives,
    argon2id: fakeArgon2id(primitives),
    random: fakeRandomness(seed),
    ...changes,
  }
}

export function newStorage(): Promise<Storage> {
  return openMemoryShelf().open('profile', 'create')
}

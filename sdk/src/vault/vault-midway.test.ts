/**
 * A vault that is stopped in the middle of something.
 */
import { expect, test } from 'vitest'
import type { Storage } from '#ports/storage.ts'
import { refuses } from '#storage/contract.ts'
import type { VaultDeps } from '#vault/deps.ts'
import { newStorage, passphrase, testDeps } from '#vault/vault-for-tests.ts'
import { Vault } from '#vault/vault.ts'

const deps = testDeps('midway')

test('another passphrase is not set once the vault was locked, however far it had come', async () => {
  const storage = await newStorage()
  let calls = 0
  const locking = testDeps('locking', {
    argon2id: async (password, salt, cost) => {
      if (++calls === 3) vault.lock()
      return await deps.argon2id(password, salt, cost)
    },
  })
  const vault = await Vault.create(locking, storage, passphrase)
  const next = 'staple the horse twice'
  await refuses(() => vault.changePassphrase(passphrase, next), 'closed')
  expect(calls).toBe(3)
  await using again = await Vault.unlock(deps, storage, passphrase)
  expect(await again.get('notes', 'a')).toBeUndefined()
})

test('a vault that could not be written has left no key in memory', async () => {
  const drawn: Uint8Array[] = []
  const random: VaultDeps['random'] = (length) => {
    const bytes = deps.random(length)
    if (length === 32) drawn.push(bytes)
    return bytes
  }
  const full: Storage = {
    get: async () => undefined,
    list: async () => [],
    write: () => Promise.reject(new RangeError('full')),
    [Symbol.asyncDispose]: async () => {},
  }
  await expect(Vault.create({ ...deps, random }, full, passphrase)).rejects.toThrow('full')
  expect(drawn).toEqual([new Uint8Array(32)])
})

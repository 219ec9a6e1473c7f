import { describe, expect, test } from 'vitest'
import { isSottoError } from '#errors.ts'
import type { Change, Shelf, Storage } from '#ports/storage.ts'
import { refuses, storageContract } from '#storage/contract.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'
import { newStorage, passphrase, primitives, testDeps } from '#vault/vault-for-tests.ts'
import { Vault } from '#vault/vault.ts'

const deps = testDeps('vault')

/** Every profile of it in a vault. */
function vaultShelf(shelf: Shelf): Shelf {
  return {
    names: () => shelf.names(),
    remove: (name) => shelf.remove(name),
    open: async (name, mode) => {
      const storage = await shelf.open(name, mode)
      return mode === 'create'
        ? await Vault.create(deps, storage, passphrase)
        : await Vault.unlock(deps, storage, passphrase)
    },
  }
}

storageContract('a vault', {
  shelf: async () => vaultShelf(openMemoryShelf()),
  again: undefined,
  many: 20_000,
})

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const put = (id: string, text: string): Change => ({
  kind: 'put',
  collection: 'notes',
  id,
  value: encode(text),
})
const rawOf = async (storage: Storage, id: string): Promise<Uint8Array> =>
  (await storage.get('notes', id)) ?? new Uint8Array(0)

/** A storage that outlives the vaults over it. */
async function lasting(): Promise<Storage> {
  const storage = await newStorage()
  return {
    get: (collection, id) => storage.get(collection, id),
    list: (collection, range) => storage.list(collection, range),
    write: (changes) => storage.write(changes),
    [Symbol.asyncDispose]: async () => {},
  }
}

describe('what lies in the storage', () => {
  test('shows no byte of what was written', async () => {
    const storage = await lasting()
    await using vault = await Vault.create(deps, storage, passphrase)
    await vault.write([put('a', 'a sentence that nobody may read'), put('b', '')])
    const raw = await storage.list('notes', { limit: 9 })
    expect(raw.map(({ id, value }) => [id, value.length])).toEqual([
      ['a', 31 + 41],
      ['b', 41],
    ])
    expect(new TextDecoder('latin1').decode(raw[0]?.value)).not.toContain('sentence')
  })

  test('is found again by whoever has the passphrase, and by nobody else', async () => {
    const storage = await lasting()
    const vault = await Vault.create(deps, storage, passphrase)
    await vault.write([put('a', 'kept')])
    await vault[Symbol.asyncDispose]()
    await refuses(() => Vault.unlock(deps, storage, `${passphrase}!`), 'wrong-passphrase')
    await using again = await Vault.unlock(testDeps('other chance'), storage, passphrase)
    expect(await again.get('notes', 'a')).toEqual(encode('kept'))
  })

  test('is damaged when records are exchanged, moved or changed', async () => {
    const storage = await lasting()
    await using vault = await Vault.create(deps, storage, passphrase)
    await vault.write([put('a', 'one'), put('b', 'two')])
    const a = await rawOf(storage, 'a')
    const changes: readonly Change[] = [
      { kind: 'put', collection: 'notes', id: 'b', value: a },
      { kind: 'put', collection: 'notes', id: 'c', value: a },
      { kind: 'put', collection: 'other', id: 'a', value: a },
      { kind: 'put', collection: 'other', id: 'b', value: a.with(-1, (a.at(-1) ?? 0) ^ 1) },
      { kind: 'put', collection: 'other', id: 'c', value: new Uint8Array(0) },
    ]
    await storage.write(changes)
    for (const { collection, id } of changes) {
      await refuses(() => vault.get(collection, id), 'profile-damaged')
      await refuses(() => vault.list(collection, { from: id, limit: 1 }), 'profile-damaged')
    }
    expect(await vault.get('notes', 'a')).toEqual(encode('one'))
    await refuses(() => vault.list('notes', { limit: 9 }), 'profile-damaged')
  })

  test('of one vault is damage in another', async () => {
    const [here, there] = [await lasting(), await lasting()]
    await using vault = await Vault.create(deps, here, passphrase)
    await using other = await Vault.create(deps, there, passphrase)
    await vault.write([put('a', 'one')])
    const value = await rawOf(here, 'a')
    await there.write([{ kind: 'put', collection: 'notes', id: 'a', value }])
    await refuses(() => other.get('notes', 'a'), 'profile-damaged')
  })
})

describe('making and opening', () => {
  test.each(['', 'elevenchars', 'ﬁve ﬁve', '🎉🎉🎉🎉🎉🎉'])(
    'refuses a short passphrase: %j',
    async (short) => {
      const storage = await newStorage()
      await refuses(() => Vault.create(deps, storage, short), 'weak-passphrase')
      expect(await storage.list('vault', { limit: 1 })).toEqual([])
      await using vault = await Vault.create(deps, storage, passphrase)
      await refuses(() => vault.changePassphrase(passphrase, short), 'weak-passphrase')
    },
  )

  test.each(['twelve chars', '🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉', 'ﬁﬁﬁﬁﬁﬁ', 'x'.repeat(1024)])(
    'takes twelve characters, however they are written: %j',
    async (enough) => {
      await using vault = await Vault.create(deps, await newStorage(), enough)
      expect(await vault.get('notes', 'a')).toBeUndefined()
    },
  )

  test('refuses a passphrase that is too long to be one', async () => {
    const storage = await newStorage()
    await refuses(() => Vault.create(deps, storage, 'x'.repeat(1025)), 'invalid-argument')
  })

  test('makes no vault where one is, and opens none where there is none', async () => {
    const storage = await lasting()
    await refuses(() => Vault.unlock(deps, storage, passphrase), 'profile-damaged')
    await using vault = await Vault.create(deps, storage, passphrase)
    await vault.write([put('a', 'kept')])
    await refuses(() => Vault.create(deps, storage, passphrase), 'profile-exists')
    expect(await vault.get('notes', 'a')).toEqual(encode('kept'))
  })

  test('leaves the storage to its caller when it fails, and takes it when it does not', async () => {
    let disposals = 0
    const storage = {
      ...(await lasting()),
      [Symbol.asyncDispose]: async () => void disposals++,
    }
    await refuses(() => Vault.unlock(deps, storage, passphrase), 'profile-damaged')
    await refuses(() => Vault.create(deps, storage, 'short'), 'weak-passphrase')
    expect(disposals).toBe(0)
    const vault = await Vault.create(deps, storage, passphrase)
    await vault[Symbol.asyncDispose]()
    expect(disposals).toBe(1)
  })
})

describe('the header', () => {
  test('is out of reach for whoever uses the vault', async () => {
    const storage = await newStorage()
    await using vault = await Vault.create(deps, storage, passphrase)
    const write: Change = { kind: 'put', collection: 'vault', id: 'header', value: encode('x') }
    const remove: Change = { kind: 'delete', collection: 'vault', id: 'header' }
    await refuses(() => vault.get('vault', 'header'), 'invalid-argument')
    await refuses(() => vault.list('vault', { limit: 1 }), 'invalid-argument')
    await refuses(() => vault.write([put('a', 'x'), write]), 'invalid-argument')
    await refuses(() => vault.write([put('a', 'x'), remove]), 'invalid-argument')
    expect(await storage.list('notes', { limit: 1 })).toEqual([])
  })
})

describe('another passphrase', () => {
  const next = 'staple the horse twice'

  test('takes the place of the old one, and changes the header alone', async () => {
    const storage = await lasting()
    await using vault = await Vault.create(deps, storage, passphrase)
    await vault.write([put('a', 'kept')])
    const before = await rawOf(storage, 'a')
    const header = await storage.get('vault', 'header')
    await vault.changePassphrase(passphrase, next)
    expect(await rawOf(storage, 'a')).toEqual(before)
    expect(await storage.get('vault', 'header')).not.toEqual(header)
    expect(await vault.get('notes', 'a')).toEqual(encode('kept'))
    await refuses(() => Vault.unlock(deps, storage, passphrase), 'wrong-passphrase')
    await using again = await Vault.unlock(deps, storage, next)
    expect(await again.get('notes', 'a')).toEqual(encode('kept'))
  })

  test('is not set by who does not know the old one', async () => {
    const storage = await lasting()
    await using vault = await Vault.create(deps, storage, passphrase)
    await refuses(() => vault.changePassphrase('correct horse batterie', next), 'wrong-passphrase')
    await using again = await Vault.unlock(deps, storage, passphrase)
    expect(await again.get('notes', 'a')).toBeUndefined()
  })

  test('is not set when it cannot be written', async () => {
    const storage = await lasting()
    let isFull = false
    const filling: Storage = {
      ...storage,
      write: (changes) =>
        isFull ? Promise.reject(new RangeError('full')) : storage.write(changes),
    }
    await using vault = await Vault.create(deps, filling, passphrase)
    isFull = true
    await expect(vault.changePassphrase(passphrase, next)).rejects.toThrow('full')
    isFull = false
    await refuses(() => vault.changePassphrase(next, passphrase), 'wrong-passphrase')
    await vault.changePassphrase(passphrase, next)
    await using again = await Vault.unlock(deps, storage, next)
    expect(await again.get('notes', 'a')).toBeUndefined()
  })

  test('of two that are set at once, the second has to know the first', async () => {
    const storage = await lasting()
    await using vault = await Vault.create(deps, storage, passphrase)
    const both = await Promise.allSettled([
      vault.changePassphrase(passphrase, next),
      vault.changePassphrase(passphrase, 'another one, too late'),
    ])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    await using again = await Vault.unlock(deps, storage, next)
    expect(await again.get('notes', 'a')).toBeUndefined()
  })

  test('is not set for a header that somebody else has put there', async () => {
    const storage = await lasting()
    await using vault = await Vault.create(deps, storage, passphrase)
    const foreign = await lasting()
    await using _other = await Vault.create(deps, foreign, passphrase)
    const value = (await foreign.get('vault', 'header')) ?? encode('')
    await storage.write([{ kind: 'put', collection: 'vault', id: 'header', value }])
    await refuses(() => vault.changePassphrase(passphrase, next), 'profile-damaged')
    expect(await storage.get('vault', 'header')).toEqual(value)
  })
})

describe('a locked vault', () => {
  test('answers nothing, not even what was asked before it was locked', async () => {
    const vault = await Vault.create(deps, await newStorage(), passphrase)
    await vault.write([put('a', 'kept')])
    const asked = [vault.get('notes', 'a'), vault.list('notes', { limit: 1 })]
    const changing = vault.changePassphrase(passphrase, 'staple the horse twice')
    vault.lock()
    vault.lock()
    for (const answer of [...asked, changing]) await refuses(() => answer, 'closed')
    await refuses(() => vault.get('notes', 'a'), 'closed')
    await refuses(() => vault.list('notes', { limit: 1 }), 'closed')
    await refuses(() => vault.write([put('a', 'x')]), 'closed')
    await refuses(() => vault.changePassphrase(passphrase, passphrase), 'closed')
    expect(() => vault.keyedName('a')).toThrow('it is locked')
    await vault[Symbol.asyncDispose]()
  })

  test('holds its storage until it is disposed', async () => {
    const shelf = openMemoryShelf()
    const vault = await Vault.create(deps, await shelf.open('home', 'create'), passphrase)
    vault.lock()
    await refuses(() => shelf.open('home', 'existing'), 'profile-in-use')
    await vault[Symbol.asyncDispose]()
    await using storage = await shelf.open('home', 'existing')
    expect(await storage.get('vault', 'header')).toBeDefined()
  })

  test('has left no key in memory, nor has a wrong passphrase', async () => {
    const keys = new Set<Uint8Array>()
    const see = (bytes: Uint8Array): Uint8Array => {
      keys.add(bytes)
      return bytes
    }
    const { chaCha20Poly1305 } = primitives
    const watched = testDeps('watched', {
      argon2id: async (password, salt, cost) => see(await deps.argon2id(see(password), salt, cost)),
      primitives: {
        ...primitives,
        hmacSha256: (key, ...parts) => {
          const result = primitives.hmacSha256(see(key), ...parts)
          // A name is no key. What derives one begins with a label, a name with the length of a part.
          return (parts[0]?.length ?? 0) > 4 ? see(result) : result
        },
        chaCha20Poly1305: {
          seal: (key, ...rest) => chaCha20Poly1305.seal(see(key), ...rest),
          open: (key, ...rest) => {
            const opened = chaCha20Poly1305.open(see(key), ...rest)
            return opened?.length === 32 ? see(opened) : opened
          },
        },
      },
    })
    const storage = await lasting()
    const made = await Vault.create(watched, storage, passphrase)
    await made.write([put('a', 'kept')])
    made.keyedName('a')
    made.lock()
    const vault = await Vault.unlock(watched, storage, passphrase)
    await vault.get('notes', 'a')
    await vault.changePassphrase(passphrase, 'staple the horse twice')
    await refuses(() => vault.changePassphrase(passphrase, passphrase), 'wrong-passphrase')
    await refuses(() => Vault.unlock(watched, storage, passphrase), 'wrong-passphrase')
    expect([...keys].filter((key) => key.some((byte) => byte !== 0)).length).toBeGreaterThan(0)
    vault.lock()
    expect(keys.size).toBeGreaterThan(10)
    expect([...keys].filter((key) => key.some((byte) => byte !== 0))).toEqual([])
  })
})

test('a vault that was forgotten opens with no passphrase, and its storage keeps what nobody can read', async () => {
  const storage = await lasting()
  const vault = await Vault.create(deps, storage, passphrase)
  await vault.write([put('a', 'gone')])
  vault.lock()
  await Vault.forget(storage)
  await refuses(() => Vault.unlock(deps, storage, passphrase), 'profile-damaged')
  expect(await storage.list('vault', { limit: 9 })).toEqual([])
})

test('a keyed name is found again after unlocking, and survives another passphrase', async () => {
  const storage = await lasting()
  const vault = await Vault.create(deps, storage, passphrase)
  const name = vault.keyedName('contact', Uint8Array.of(1, 2, 3))
  await vault.changePassphrase(passphrase, 'staple the horse twice')
  vault.lock()
  await using again = await Vault.unlock(deps, storage, 'staple the horse twice')
  expect(again.keyedName('contact', Uint8Array.of(1, 2, 3))).toBe(name)
  expect(again.keyedName('contact', Uint8Array.of(1, 2, 4))).not.toBe(name)
})

test('a passphrase stands in no error', async () => {
  const storage = await lasting()
  const vault = await Vault.create(deps, storage, passphrase)
  for (const call of [
    () => Vault.unlock(deps, storage, 'secret words of somebody'),
    () => Vault.create(deps, storage, 'secret'),
    () => vault.changePassphrase('secret words of somebody', 'secret'),
  ]) {
    const error = await call().catch((reason: unknown) => reason)
    expect(isSottoError(error)).toBe(true)
    expect(String(error)).not.toContain('secret')
  }
})

describe('whoever reads all of it while others write', () => {
  test('is told where something was written, after it was, and until they have heard enough', async () => {
    await using vault = await Vault.create(deps, await newStorage(), passphrase)
    const told: string[] = []
    const stop = vault.follow((places) => {
      for (const { collection, id } of places) told.push(`${collection}/${id}`)
    })
    await vault.write([put('a', '1'), { kind: 'delete', collection: 'notes', id: 'b' }])
    expect(told).toEqual(['notes/a', 'notes/b'])
    stop()
    await vault.write([put('c', '1')])
    expect(told).toHaveLength(2)
  })

  test('is not told of what was not written', async () => {
    const storage = await newStorage()
    await using vault = await Vault.create(deps, storage, passphrase)
    const told: unknown[] = []
    vault.follow((places) => told.push(places))
    const refused = vault.write([put('a', '1'), put('', 'no id')])
    await expect(refused).rejects.toMatchObject({ code: 'invalid-argument' })
    expect(told).toEqual([])
  })

  test('can hold writes back for a moment, after those that were begun', async () => {
    await using vault = await Vault.create(deps, await newStorage(), passphrase)
    const begun = vault.write([put('a', 'before')])
    const { promise, resolve } = Promise.withResolvers<void>()
    const read = vault.still(async () => {
      const before = await vault.get('notes', 'a')
      await promise
      return [before, await vault.get('notes', 'a')]
    })
    const later = vault.write([put('a', 'after')])
    const another = vault.still(() => vault.get('notes', 'a'))
    await begun
    resolve()
    expect(await read).toEqual([encode('before'), encode('before')])
    await later
    expect(await vault.get('notes', 'a')).toEqual(encode('after'))
    await another
  })

  test('holds nothing back when reading fails', async () => {
    await using vault = await Vault.create(deps, await newStorage(), passphrase)
    await expect(vault.still(() => Promise.reject(new RangeError('no')))).rejects.toThrow('no')
    await vault.write([put('a', '1')])
    expect(await vault.get('notes', 'a')).toEqual(encode('1'))
  })
})

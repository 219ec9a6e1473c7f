import { generatePhrase, identityFromPhrase } from '@sotto/signal/phrase'
import { describe, expect, test } from 'vitest'
import { isSottoError, SottoError } from '#errors.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import type { Shelf, Storage } from '#ports/storage.ts'
import {
  createProfile,
  deleteProfile,
  listProfiles,
  openProfile,
  type ProfileDeps,
} from '#profile/profiles.ts'
import { refuses } from '#storage/contract.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'
import { passphrase, primitives, testDeps } from '#vault/vault-for-tests.ts'

const newDeps = (seed = 'profiles'): ProfileDeps => ({
  ...testDeps(seed),
  clock: new FakeClock(Date.UTC(2026, 1, 3)),
})
const value = new TextEncoder().encode('kept')

/** A shelf whose storages do to a write what they are told. */
function failingShelf(inner: Shelf, before: (count: number) => void): Shelf {
  return {
    ...inner,
    open: async (name, mode): Promise<Storage> => {
      const storage = await inner.open(name, mode)
      let count = 0
      return {
        get: (collection, id) => storage.get(collection, id),
        list: (collection, range) => storage.list(collection, range),
        write: async (changes) => {
          before(++count)
          await storage.write(changes)
        },
        [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
      }
    },
  }
}

const fullFrom =
  (first: number) =>
  (count: number): void => {
    if (count >= first) throw new SottoError('storage-full', 'Cannot write records: no room')
  }

describe('a new profile', () => {
  test('has 24 new words, which give its identity, and is found again with the passphrase', async () => {
    const shelf = openMemoryShelf()
    const { profile, phrase } = await createProfile(newDeps(), shelf, { name: 'home', passphrase })
    expect(phrase.split(' ')).toHaveLength(24)
    expect(profile.identity).toEqual(identityFromPhrase(primitives, phrase))
    expect(profile.name).toBe('home')
    expect(profile.createdAtMillis).toBe(Date.UTC(2026, 1, 3))
    const identity = structuredClone(profile.identity)
    const { registrationId } = profile
    await profile.records.write([{ kind: 'put', collection: 'notes', id: 'a', value }])
    await profile[Symbol.asyncDispose]()

    await using again = await openProfile(newDeps('other'), shelf, 'home', passphrase)
    expect(again.identity).toEqual(identity)
    expect(again.registrationId).toBe(registrationId)
    expect(again.createdAtMillis).toBe(Date.UTC(2026, 1, 3))
    expect(await again.records.get('notes', 'a')).toEqual(value)
  })

  test('is the same person again with the words of before, as another device', async () => {
    const words = generatePhrase(fakeRandomness('words'))
    const typed = `  ${words.toUpperCase().replaceAll(' ', '\n ')} `
    const made = async (seed: string) => {
      const create = { name: 'home', passphrase, phrase: typed }
      const { profile, phrase } = await createProfile(newDeps(seed), openMemoryShelf(), create)
      expect(phrase).toBe(words)
      return profile
    }
    await using one = await made('one')
    await using other = await made('other')
    expect(one.identity).toEqual(identityFromPhrase(primitives, words))
    expect(other.identity).toEqual(one.identity)
    expect(other.registrationId).not.toBe(one.registrationId)
  })

  test('has a registration id between 1 and 0x3fff', async () => {
    const ids = new Set<number>()
    for (let round = 0; round < 200; round++) {
      const create = { name: 'home', passphrase, phrase: generatePhrase(fakeRandomness('words')) }
      const made = await createProfile(newDeps(`${round}`), openMemoryShelf(), create)
      ids.add(made.profile.registrationId)
      await made.profile[Symbol.asyncDispose]()
    }
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(1)
    expect(Math.max(...ids)).toBeLessThanOrEqual(0x3fff)
    expect(ids.size).toBeGreaterThan(190)
  })

  test('stores neither its words nor anything else in clear', async () => {
    const shelf = openMemoryShelf()
    const { profile, phrase } = await createProfile(newDeps(), shelf, { name: 'home', passphrase })
    const seed = Uint8Array.from(profile.identity.ed25519Seed)
    const self = await profile.records.list('self', { limit: 9 })
    expect(self.map(({ id, value: { length } }) => [id, length])).toEqual([['identity', 43]])
    await profile[Symbol.asyncDispose]()
    await using storage = await shelf.open('home', 'existing')
    const [header, ...none] = await storage.list('vault', { limit: 9 })
    const [sealed, ...others] = await storage.list('self', { limit: 9 })
    expect([none, others]).toEqual([[], []])
    for (const bytes of [header?.value, sealed?.value]) {
      const text = new TextDecoder('latin1').decode(bytes)
      expect(text).not.toContain(phrase.split(' ')[0])
      expect(text).not.toContain(new TextDecoder('latin1').decode(seed))
    }
  })

  test.each([
    ['too few words', 'abandon '.repeat(23), 'it has 23 words of 24'],
    ['a word that is none', `${'abandon '.repeat(23)} sottovoce`, 'word 24 is not in the list'],
    ['a wrong last word', 'abandon '.repeat(24), 'its checksum does not fit'],
  ])('is not made of %s, and the error quotes none of them', async (_, phrase, reason) => {
    const shelf = openMemoryShelf()
    const create = { name: 'home', passphrase, phrase }
    const error = await createProfile(newDeps(), shelf, create).catch((thrown: unknown) => thrown)
    if (!isSottoError(error, 'invalid-phrase')) throw new TypeError('is no invalid phrase')
    expect(error.message).toContain(reason)
    expect(error.message).not.toMatch(/abandon|sottovoce/)
    expect(await listProfiles(shelf)).toEqual([])
  })

  test('is not made with a short passphrase, a name that is none, or one that is taken', async () => {
    const shelf = openMemoryShelf()
    const create = (name: string, words = passphrase): Promise<unknown> =>
      createProfile(newDeps(), shelf, { name, passphrase: words })
    await refuses(() => create('home', 'short'), 'weak-passphrase')
    await refuses(() => create('My home'), 'invalid-argument')
    expect(await listProfiles(shelf)).toEqual([])
    await using first = (await createProfile(newDeps(), shelf, { name: 'home', passphrase }))
      .profile
    await refuses(() => create('home'), 'profile-exists')
    expect(await first.records.list('self', { limit: 1 })).toHaveLength(1)
  })

  test.each([1, 2])('is taken back when its write %d finds no room', async (write) => {
    const shelf = openMemoryShelf()
    const failing = failingShelf(shelf, fullFrom(write))
    await refuses(
      () => createProfile(newDeps(), failing, { name: 'home', passphrase }),
      'storage-full',
    )
    expect(await listProfiles(shelf)).toEqual([])
    await using again = (await createProfile(newDeps(), shelf, { name: 'home', passphrase }))
      .profile
    expect(again.name).toBe('home')
  })
})

describe('opening', () => {
  test('is refused with another passphrase, and possible right afterwards', async () => {
    const shelf = openMemoryShelf()
    const { profile } = await createProfile(newDeps(), shelf, { name: 'home', passphrase })
    await refuses(() => openProfile(newDeps(), shelf, 'home', passphrase), 'profile-in-use')
    await profile[Symbol.asyncDispose]()
    await refuses(() => openProfile(newDeps(), shelf, 'home', 'another one!'), 'wrong-passphrase')
    await refuses(() => openProfile(newDeps(), shelf, 'work', passphrase), 'profile-not-found')
    await using again = await openProfile(newDeps(), shelf, 'home', passphrase)
    expect(again.name).toBe('home')
  })

  test.each<[what: string, damage: (storage: Storage) => Promise<void>]>([
    [
      'was never finished',
      (storage) => storage.write([{ kind: 'delete', collection: 'self', id: 'identity' }]),
    ],
    [
      'has another owner written into it',
      (storage) =>
        storage.write([
          { kind: 'put', collection: 'self', id: 'identity', value: new Uint8Array(84) },
        ]),
    ],
    [
      'has lost its header',
      (storage) => storage.write([{ kind: 'delete', collection: 'vault', id: 'header' }]),
    ],
  ])('is refused when the profile %s, which then can be deleted', async (_, damage) => {
    const shelf = openMemoryShelf()
    await (
      await createProfile(newDeps(), shelf, { name: 'home', passphrase })
    ).profile[Symbol.asyncDispose]()
    const storage = await shelf.open('home', 'existing')
    await damage(storage)
    await storage[Symbol.asyncDispose]()
    await refuses(() => openProfile(newDeps(), shelf, 'home', passphrase), 'profile-damaged')
    await deleteProfile(shelf, 'home')
    expect(await listProfiles(shelf)).toEqual([])
  })
})

test('another passphrase opens the profile from then on', async () => {
  const shelf = openMemoryShelf()
  const { profile } = await createProfile(newDeps(), shelf, { name: 'home', passphrase })
  await profile.changePassphrase(passphrase, 'staple the horse twice')
  await refuses(() => profile.changePassphrase(passphrase, passphrase), 'wrong-passphrase')
  await profile[Symbol.asyncDispose]()
  await refuses(() => openProfile(newDeps(), shelf, 'home', passphrase), 'wrong-passphrase')
  await using again = await openProfile(newDeps(), shelf, 'home', 'staple the horse twice')
  expect(again.name).toBe('home')
})

test('a locked profile has no secret in memory, and answers nothing', async () => {
  const shelf = openMemoryShelf()
  const { profile } = await createProfile(newDeps(), shelf, { name: 'home', passphrase })
  const { ed25519Seed, keyPair } = profile.identity
  expect([ed25519Seed, keyPair.privateKey]).not.toContainEqual(new Uint8Array(32))
  profile.lock()
  expect([ed25519Seed, keyPair.privateKey]).toEqual([new Uint8Array(32), new Uint8Array(32)])
  await refuses(() => profile.records.get('notes', 'a'), 'closed')
  await refuses(() => openProfile(newDeps(), shelf, 'home', passphrase), 'profile-in-use')
  await profile[Symbol.asyncDispose]()
  await using again = await openProfile(newDeps(), shelf, 'home', passphrase)
  expect(again.identity.ed25519Seed).not.toEqual(new Uint8Array(32))
})

describe('no secret is left in memory', () => {
  /** All that the identity and the vault are made of, as the very objects that hold it. */
  function watchedDeps(): { readonly deps: ProfileDeps; readonly secrets: Set<Uint8Array> } {
    const secrets = new Set<Uint8Array>()
    const see = <Bytes extends Uint8Array | undefined>(bytes: Bytes): Bytes => {
      if (bytes !== undefined) secrets.add(bytes)
      return bytes
    }
    const { chaCha20Poly1305 } = primitives
    const watched: ProfileDeps['primitives'] = {
      ...primitives,
      hkdfSha256: (...parts) => see(primitives.hkdfSha256(...parts)),
      hmacSha256: (key, ...parts) => see(primitives.hmacSha256(see(key), ...parts)),
      ed25519PublicKey: (seed) => primitives.ed25519PublicKey(see(seed)),
      x25519PublicKey: (key) => primitives.x25519PublicKey(see(key)),
      chaCha20Poly1305: {
        seal: (key, nonce, plaintext, ...rest) =>
          chaCha20Poly1305.seal(see(key), nonce, see(plaintext), ...rest),
        open: (key, ...rest) => see(chaCha20Poly1305.open(see(key), ...rest)),
      },
    }
    return { deps: { ...newDeps(), primitives: watched }, secrets }
  }
  const left = (secrets: ReadonlySet<Uint8Array>): readonly Uint8Array[] =>
    [...secrets].filter((secret) => secret.some((byte) => byte !== 0))

  test('when a profile was made, opened and closed', async () => {
    const shelf = openMemoryShelf()
    const { deps, secrets } = watchedDeps()
    const { profile } = await createProfile(deps, shelf, { name: 'home', passphrase })
    await profile[Symbol.asyncDispose]()
    const again = await openProfile(deps, shelf, 'home', passphrase)
    expect(left(secrets).length).toBeGreaterThan(2)
    again.lock()
    expect(secrets.size).toBeGreaterThan(10)
    expect(left(secrets)).toEqual([])
    await again[Symbol.asyncDispose]()
  })

  test.each([1, 2])('when its write %d found no room', async (write) => {
    const { deps, secrets } = watchedDeps()
    const shelf = failingShelf(openMemoryShelf(), fullFrom(write))
    await refuses(() => createProfile(deps, shelf, { name: 'home', passphrase }), 'storage-full')
    expect(secrets.size).toBeGreaterThan(1)
    expect(left(secrets)).toEqual([])
  })

  test('when the profile says nobody to be its owner', async () => {
    const shelf = openMemoryShelf()
    const { profile } = await createProfile(newDeps(), shelf, { name: 'home', passphrase })
    await profile.records.write([{ kind: 'delete', collection: 'self', id: 'identity' }])
    await profile[Symbol.asyncDispose]()
    const { deps, secrets } = watchedDeps()
    await refuses(() => openProfile(deps, shelf, 'home', passphrase), 'profile-damaged')
    expect(secrets.size).toBeGreaterThan(1)
    expect(left(secrets)).toEqual([])
  })
})

describe('deleting', () => {
  test('takes everything of one profile, and leaves the others', async () => {
    const shelf = openMemoryShelf()
    for (const name of ['work', 'home']) {
      const { profile } = await createProfile(newDeps(name), shelf, { name, passphrase })
      await profile[Symbol.asyncDispose]()
    }
    expect(await listProfiles(shelf)).toEqual(['home', 'work'])
    await deleteProfile(shelf, 'home')
    expect(await listProfiles(shelf)).toEqual(['work'])
    await refuses(() => openProfile(newDeps(), shelf, 'home', passphrase), 'profile-not-found')
    await using other = await openProfile(newDeps(), shelf, 'work', passphrase)
    expect(other.name).toBe('work')
  })

  test('takes the key away before the rest, and goes on without it when there is no room', async () => {
    const shelf = openMemoryShelf()
    const make = async (): Promise<void> => {
      const { profile } = await createProfile(newDeps(), shelf, { name: 'home', passphrase })
      await profile[Symbol.asyncDispose]()
    }
    await make()
    const unremovable: Shelf = { ...shelf, remove: () => Promise.reject(new RangeError('later')) }
    await expect(deleteProfile(unremovable, 'home')).rejects.toThrow('later')
    await refuses(() => openProfile(newDeps(), shelf, 'home', passphrase), 'profile-damaged')
    await deleteProfile(shelf, 'home')
    await make()
    await deleteProfile(failingShelf(shelf, fullFrom(1)), 'home')
    expect(await listProfiles(shelf)).toEqual([])
  })

  test('is refused while the profile is open, and where there is none', async () => {
    const shelf = openMemoryShelf()
    await using profile = (await createProfile(newDeps(), shelf, { name: 'home', passphrase }))
      .profile
    await refuses(() => deleteProfile(shelf, 'home'), 'profile-in-use')
    await refuses(() => deleteProfile(shelf, 'work'), 'profile-not-found')
    await refuses(() => deleteProfile(shelf, '../home'), 'invalid-argument')
    expect(await profile.records.list('self', { limit: 9 })).toHaveLength(1)
  })
})

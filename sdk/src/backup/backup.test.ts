import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  backupPassphrase,
  concatenate,
  gather,
  inPieces,
  newDeps,
  passphrase,
} from '#backup/backups-for-tests.ts'
import { checkBackup } from '#backup/check-backup.ts'
import { chunkBytes } from '#backup/chunks.ts'
import { type BackupProgress, exportBackup } from '#backup/export-backup.ts'
import { headerBytes } from '#backup/header.ts'
import { importBackup } from '#backup/import-backup.ts'
import { SottoError } from '#errors.ts'
import type { Change, Shelf, Storage } from '#ports/storage.ts'
import type { Profile } from '#profile/profile.ts'
import { createProfile, listProfiles, openProfile } from '#profile/profiles.ts'
import { restored } from '#profile/restored.ts'
import { refuses } from '#storage/contract.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'

const encoder = new TextEncoder()
const put = (collection: string, id: string, text: string): Change => ({
  kind: 'put',
  collection,
  id,
  value: encoder.encode(text),
})

async function newProfile(count = 3, seed = 'home'): Promise<{ profile: Profile; phrase: string }> {
  const made = await createProfile(newDeps(seed), openMemoryShelf(), { name: 'home', passphrase })
  const numbers = Array.from({ length: count }, (_, at) => `${at}`.padStart(6, '0'))
  for (let at = 0; at < count; at += 1000) {
    const piece = numbers.slice(at, at + 1000)
    await made.profile.records.write(
      piece.map((number) => put('message', `a/${number}`, `{"body":"message ${number}"}`)),
    )
  }
  return made
}

const exported = (profile: Profile, seed = 'export'): Promise<Uint8Array> =>
  gather(exportBackup(newDeps(seed), profile, backupPassphrase))

const importing = (
  shelf: Shelf,
  phrase: string,
  bytes: Uint8Array,
  changes: { readonly backupPassphrase?: string; readonly signal?: AbortSignal } = {},
): Promise<Profile> =>
  importBackup(newDeps('import'), shelf, {
    name: 'again',
    passphrase: 'a third passphrase',
    phrase,
    backup: inPieces(bytes),
    backupPassphrase,
    ...changes,
  })

const messagesOf = async ({ records }: Profile): Promise<readonly string[]> =>
  (await records.list('message', { limit: 100_000 })).map(({ id, value }) => {
    return `${id} ${new TextDecoder().decode(value)}`
  })

describe('a backup', () => {
  test('brings everything back, into a profile with a passphrase and a registration id of its own', async () => {
    const { profile, phrase } = await newProfile(1234)
    await profile.records.write([put('self', 'settings', '{"relay":"x"}')])
    const shelf = openMemoryShelf()
    const again = await importing(shelf, phrase, await exported(profile))
    expect(again.identity).toEqual(profile.identity)
    expect(again.registrationId).not.toBe(profile.registrationId)
    expect(await messagesOf(again)).toEqual(await messagesOf(profile))
    expect(await again.records.get('self', 'settings')).toEqual(encoder.encode('{"relay":"x"}'))
    expect(await restored.get(again.records)).toEqual({ kind: 'backup' })
    await again[Symbol.asyncDispose]()
    await using opened = await openProfile(newDeps('open'), shelf, 'again', 'a third passphrase')
    expect(await messagesOf(opened)).toHaveLength(1234)
  })

  test('has one of few sizes, whatever is in it', async () => {
    const sizes = new Set<number>()
    for (const count of [0, 1, 50, 300]) {
      sizes.add((await exported((await newProfile(count)).profile)).length)
    }
    expect([...sizes]).toEqual([headerBytes + chunkBytes + 16])
    const larger = await exported((await newProfile(10_000)).profile)
    expect(larger.length).toBeGreaterThan(headerBytes + chunkBytes + 16)
  })

  test('shows nothing of what is in it, twice the same way', async () => {
    const { profile } = await newProfile()
    const [one, other] = [await exported(profile, 'one'), await exported(profile, 'other')]
    for (const bytes of [one, other]) {
      const text = new TextDecoder('latin1').decode(bytes)
      for (const word of ['message', 'body', 'self', 'identity']) expect(text).not.toContain(word)
    }
    const same = one.subarray(headerBytes).filter((byte, at) => byte === other[headerBytes + at])
    expect(same.length).toBeLessThan(one.length / 100)
  })

  test('is made while nobody holds more than a little of it, and says how far it is', async () => {
    const { profile } = await newProfile(5000)
    const progress: BackupProgress[] = []
    let largest = 0
    const options = { progress: (each: BackupProgress) => progress.push(each) }
    for await (const piece of exportBackup(newDeps('x'), profile, backupPassphrase, options)) {
      largest = Math.max(largest, piece.length)
    }
    expect(largest).toBe(chunkBytes + 16)
    expect(progress.length).toBeGreaterThan(20)
    expect(progress.at(-1)?.records).toBe(5000)
    expect(progress.map(({ bytes }) => bytes)).toEqual(
      progress.map(({ bytes }) => bytes).toSorted((a, b) => a - b),
    )
  })

  test('ends when it is told to, and is none then', async () => {
    const { profile, phrase } = await newProfile(5000)
    const abort = new AbortController()
    const pieces: Uint8Array[] = []
    const run = async (): Promise<void> => {
      const options = { signal: abort.signal }
      for await (const piece of exportBackup(newDeps('x'), profile, backupPassphrase, options)) {
        pieces.push(piece)
        if (pieces.length === 3) abort.abort(new RangeError('enough'))
      }
    }
    await expect(run()).rejects.toThrow('enough')
    const shelf = openMemoryShelf()
    const bytes = concatenate(pieces)
    await refuses(() => importing(shelf, phrase, bytes), 'backup-damaged')
    expect(await listProfiles(shelf)).toEqual([])
    // Nothing follows the profile any longer.
    await profile.records.write([put('message', 'b', '{}')])
  })

  test('under a passphrase that is too short is not begun', async () => {
    const { profile } = await newProfile()
    const pieces = exportBackup(newDeps('x'), profile, 'short')
    await refuses(() => pieces.next(), 'weak-passphrase')
  })

  test('is what the profile was when it ended, though others write all the while', async () => {
    const { profile, phrase } = await newProfile(8000)
    const { records } = profile
    const backup: Uint8Array[] = []
    let round = 0
    for await (const piece of exportBackup(newDeps('x'), profile, backupPassphrase)) {
      backup.push(piece.slice())
      if (backup.length > 3) continue
      await records.write([
        put('message', 'a/000000', `{"body":"changed ${round}"}`),
        put('message', `new/${round}`, '{"body":"new"}'),
        put('conversation', 'a', `{"round":${round}}`),
        { kind: 'delete', collection: 'message', id: `a/00100${round}` },
      ])
      round++
    }
    const bytes = concatenate(backup)
    const again = await importing(openMemoryShelf(), phrase, bytes)
    expect(await messagesOf(again)).toEqual(await messagesOf(profile))
    expect(await again.records.get('conversation', 'a')).toEqual(encoder.encode('{"round":2}'))
    const secrets = { passphrase: backupPassphrase, ed25519Seed: profile.identity.ed25519Seed }
    const checked = await checkBackup(newDeps('check'), inPieces(bytes), secrets)
    expect(checked.changes).toBeGreaterThan(4)
  })

  test('takes neither the identity nor what belongs to one installation', async () => {
    const { profile, phrase } = await newProfile()
    await profile.records.write([
      put('self', 'next-prekey', '{}'),
      put('self', 'prekeys-published', 'true'),
      put('upload', 'a', '{}'),
    ])
    const again = await importing(openMemoryShelf(), phrase, await exported(profile))
    const self = await again.records.list('self', { limit: 99 })
    expect(self.map(({ id }) => id)).toEqual(['identity', 'restored'])
    expect(await again.records.list('upload', { limit: 99 })).toEqual([])
  })
})

describe('an import', () => {
  test('needs the words and the passphrase, and does not say which is wrong', async () => {
    const { profile, phrase } = await newProfile()
    const other = (await newProfile(0, 'other')).phrase
    const bytes = await exported(profile)
    const shelf = openMemoryShelf()
    const wrong = { backupPassphrase: 'not this passphrase' }
    const refused = [
      await importing(shelf, phrase, bytes, wrong).catch((error: unknown) => error),
      await importing(shelf, other, bytes).catch((error: unknown) => error),
    ]
    for (const error of refused) expect(error).toMatchObject({ code: 'wrong-passphrase' })
    expect(String(refused[0])).toBe(String(refused[1]))
    await refuses(() => importing(shelf, 'no words', bytes), 'invalid-phrase')
    expect(await listProfiles(shelf)).toEqual([])
  })

  test('of what was changed, cut or lengthened anywhere leaves nothing behind', async () => {
    const { profile, phrase } = await newProfile(3000)
    const bytes = await exported(profile)
    const shelf = openMemoryShelf()
    const position = fc.integer({ min: 0, max: bytes.length - 1 })
    const damages = fc.oneof(
      position.map((at) => bytes.with(at, (bytes[at] ?? 0) ^ 1)),
      position.map((at) => bytes.slice(0, at)),
      fc.uint8Array({ minLength: 1, maxLength: 99 }).map((behind) => {
        return concatenate([bytes, behind])
      }),
    )
    await fc.assert(
      fc.asyncProperty(damages, async (damaged) => {
        const error = await importing(shelf, phrase, damaged).catch((each: unknown) => each)
        expect(error).toMatchObject({ code: expect.stringMatching(/^(backup-dam|wrong-pass)/) })
        expect(await listProfiles(shelf)).toEqual([])
      }),
      { numRuns: 40 },
    )
  })

  test('leaves nothing behind when the stream fails, the disk is full, or it is told to end', async () => {
    const { profile, phrase } = await newProfile(3000)
    const bytes = await exported(profile)
    const shelf = openMemoryShelf()
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 100_000)
      throw new RangeError('the cable was pulled')
    }
    const toImport = { name: 'again', passphrase, phrase, backupPassphrase, backup: broken() }
    await expect(importBackup(newDeps('x'), shelf, toImport)).rejects.toThrow('the cable')
    const full: Shelf = {
      ...shelf,
      open: async (name, mode): Promise<Storage> => {
        const storage = await shelf.open(name, mode)
        let writes = 0
        return {
          get: (...of) => storage.get(...of),
          list: (...of) => storage.list(...of),
          write: async (changes) => {
            if (++writes > 3) throw new SottoError('storage-full', 'Cannot write records: no room')
            await storage.write(changes)
          },
          [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
        }
      },
    }
    await refuses(() => importing(full, phrase, bytes), 'storage-full')
    const abort = new AbortController()
    abort.abort(new RangeError('enough'))
    const { signal } = abort
    await expect(importing(shelf, phrase, bytes, { signal })).rejects.toThrow('enough')
    expect(await listProfiles(shelf)).toEqual([])
  })

  test('cannot be opened by anybody before all of it is there', async () => {
    const { profile, phrase } = await newProfile(3000)
    const bytes = await exported(profile)
    const shelf = openMemoryShelf()
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 150_000)
      // As after a crash: what is on disk now is no profile.
      await refuses(() => openProfile(newDeps('y'), shelf, 'again', passphrase), 'profile-in-use')
      yield bytes.subarray(150_000)
    }
    const toImport = { name: 'again', passphrase, phrase, backupPassphrase, backup: slow() }
    await using again = await importBackup(newDeps('x'), shelf, toImport)
    expect(await messagesOf(again)).toHaveLength(3000)
  })

  test('does not touch a profile that is there', async () => {
    const { profile, phrase } = await newProfile()
    const shelf = openMemoryShelf()
    const there = await createProfile(newDeps('there'), shelf, { name: 'again', passphrase })
    await there.profile[Symbol.asyncDispose]()
    const bytes = await exported(profile)
    await refuses(() => importing(shelf, phrase, bytes), 'profile-exists')
    await using opened = await openProfile(newDeps('open'), shelf, 'again', passphrase)
    expect(await messagesOf(opened)).toEqual([])
  })
})

describe('a check', () => {
  test('says what is in a backup, and puts it nowhere', async () => {
    const { profile } = await newProfile(1500)
    await profile.records.write([put('conversation', 'a', '{}'), put('self', 'settings', '{}')])
    const deps = newDeps('check')
    const bytes = await exported(profile)
    const secrets = { passphrase: backupPassphrase, ed25519Seed: profile.identity.ed25519Seed }
    expect(await checkBackup(deps, inPieces(bytes), secrets)).toEqual({
      madeAtMillis: Date.UTC(2026, 0, 1),
      records: { message: 1500, conversation: 1, self: 1 },
      changes: 0,
    })
    const cut = bytes.subarray(0, bytes.length - 1)
    await refuses(() => checkBackup(deps, inPieces(cut), secrets), 'backup-damaged')
    const wrong = { ...secrets, passphrase: 'not this passphrase' }
    await refuses(() => checkBackup(deps, inPieces(bytes), wrong), 'wrong-passphrase')
  })
})

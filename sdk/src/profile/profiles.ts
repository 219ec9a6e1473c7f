/**
 * @module Making, opening and deleting profiles. The 24 words are shown once and stored nowhere; what rests in the vault
 * is the key that they give, so that a profile which is open cannot tell them either.
 *
 * A crash while a profile is made leaves one that is 'profile-damaged' and can be deleted.
 */
import { wipe } from '@sotto/primitives'
import { type Identity, identityFromSeed, SignalError } from '@sotto/signal'
import { checkPhrase, generatePhrase, identityFromPhrase } from '@sotto/signal/phrase'
import { isSottoError, SottoError, type SottoErrorCode } from '#errors.ts'
import { type Clock, randomBetween } from '#ports/clock.ts'
import type { Shelf, Storage } from '#ports/storage.ts'
import { Profile } from '#profile/profile.ts'
import { restored, type Restored } from '#profile/restored.ts'
import {
  maxRegistrationId,
  readSelf,
  type Self,
  selfPlace,
  writeSelf,
} from '#profile/self-record.ts'
import { Work } from '#state/work.ts'
import type { VaultDeps } from '#vault/deps.ts'
import { checkPassphrase } from '#vault/passphrase.ts'
import { Vault } from '#vault/vault.ts'

/** What making a profile asks of the world. */
export interface ProfileDeps extends VaultDeps {
  readonly clock: Clock
}

/** What a profile is made of. */
export interface NewProfile {
  /** 1 to 32 of a-z, 0-9 and hyphens; it stays on this machine. */
  readonly name: string
  readonly passphrase: string
  /** The words of an identity that exists; without them a new one is made. */
  readonly phrase?: string | undefined
}

/** A new profile, open, and the words that make the same person again. */
export interface CreatedProfile {
  readonly profile: Profile
  /** To be written down by the user, and to be forgotten here. */
  readonly phrase: string
}

/** Refuses with 'invalid-phrase', 'weak-passphrase' and what `Shelf.open` says; then there is no new profile. */
export async function createProfile(
  deps: ProfileDeps,
  shelf: Shelf,
  { name, passphrase, phrase }: NewProfile,
): Promise<CreatedProfile> {
  checkPassphrase(passphrase)
  const words = phrase === undefined ? generatePhrase(deps.random) : checkedWords(phrase)
  const cameFrom: Restored | undefined = phrase === undefined ? undefined : { kind: 'phrase' }
  const profile = await makeProfile(deps, shelf, { name, passphrase, words, cameFrom })
  return { profile, phrase: words }
}

export interface ProfileToMake {
  readonly name: string
  readonly passphrase: string
  /** As `checkedWords` gives them. */
  readonly words: string
  readonly cameFrom?: Restored | undefined
  /** Puts in what was there before. The profile can be opened only when this has succeeded. */
  readonly fill?: ((records: Vault, identity: Identity) => Promise<void>) | undefined
}

/** Leaves nothing behind when it rejects. */
export async function makeProfile(
  deps: ProfileDeps,
  shelf: Shelf,
  toMake: ProfileToMake,
): Promise<Profile> {
  checkPassphrase(toMake.passphrase)
  const storage = await shelf.open(toMake.name, 'create')
  try {
    return await makeIn(deps, storage, toMake)
  } catch (error) {
    await storage[Symbol.asyncDispose]()
    // When that fails too, the reason for all of it is still the first.
    await shelf.remove(toMake.name).catch(() => {})
    throw error
  }
}

/** Refuses with 'wrong-passphrase', 'profile-damaged' and what `Shelf.open` says. */
export async function openProfile(
  { primitives, argon2id, random }: VaultDeps,
  shelf: Shelf,
  name: string,
  passphrase: string,
): Promise<Profile> {
  const storage = await shelf.open(name, 'existing')
  try {
    const records = await Vault.unlock({ primitives, argon2id, random }, storage, passphrase)
    const { ed25519Seed, registrationId, createdAtMillis } = await readOwner(records)
    const identity = identityFromSeed(primitives, ed25519Seed)
    return new Profile({ name, identity, registrationId, createdAtMillis, records })
  } catch (error) {
    await storage[Symbol.asyncDispose]()
    throw error
  }
}

/** In alphabetical order. */
export function listProfiles(shelf: Shelf): Promise<readonly string[]> {
  return shelf.names()
}

/**
 * Everything of it, without a passphrase. The key goes first, so that what a file system leaves behind of the rest opens
 * with nothing.
 */
export async function deleteProfile(shelf: Shelf, name: string): Promise<void> {
  try {
    await forgetKey(await shelf.open(name, 'existing'))
  } catch (error) {
    // A profile that is damaged, or a disk that is full, has to be deleted all the more.
    if (!isSottoError(error) || !surmountable.has(error.code)) throw error
  }
  await shelf.remove(name)
}

const surmountable: ReadonlySet<SottoErrorCode> = new Set([
  'profile-damaged',
  'storage-full',
  'storage-failed',
])

async function forgetKey(storage: Storage): Promise<void> {
  try {
    await Vault.forget(storage)
  } finally {
    await storage[Symbol.asyncDispose]()
  }
}

async function makeIn(
  { primitives, argon2id, random, clock }: ProfileDeps,
  storage: Storage,
  { name, passphrase, words, cameFrom, fill }: ProfileToMake,
): Promise<Profile> {
  const records = await Vault.create({ primitives, argon2id, random }, storage, passphrase)
  const identity = identityFromPhrase(primitives, words)
  const registrationId = randomBetween(random, 1, maxRegistrationId)
  const createdAtMillis = clock.now()
  const profile = new Profile({ name, identity, registrationId, createdAtMillis, records })
  try {
    await fill?.(records, identity)
    const { ed25519Seed } = identity
    await writeOwner(records, { ed25519Seed, registrationId, createdAtMillis }, cameFrom)
    return profile
  } catch (error) {
    profile.lock()
    throw error
  }
}

/** Last: without an owner nothing opens. */
async function writeOwner(records: Vault, self: Self, cameFrom?: Restored): Promise<void> {
  const value = writeSelf(self)
  const work = new Work(records)
  work.put(selfPlace.collection, selfPlace.id, value)
  if (cameFrom !== undefined) restored.put(work, cameFrom)
  try {
    await records.write(work.changes())
  } finally {
    wipe(value)
  }
}

/** A vault without an owner is not left open. */
async function readOwner(records: Vault): Promise<Self> {
  try {
    const value = await records.get(selfPlace.collection, selfPlace.id)
    const self = value === undefined ? undefined : readSelf(value)
    if (value !== undefined) wipe(value)
    if (self !== undefined) return self
    throw new SottoError('profile-damaged', 'Cannot open profile: it does not say whose it is')
  } catch (error) {
    records.lock()
    throw error
  }
}

/** In the form that `makeProfile` takes. Refuses with 'invalid-phrase'. */
export function checkedWords(phrase: string): string {
  try {
    return checkPhrase(phrase)
  } catch (cause) {
    if (!(cause instanceof SignalError)) throw cause
    throw new SottoError('invalid-phrase', cause.message, { cause })
  }
}

/**
 * @module The engine over the SDK: profiles in SQLite files of a folder, and the network as this machine has it.
 */
import { argon2id as slowHash, type Argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import {
  answersFit,
  checkBackup,
  createProfile,
  deleteProfile,
  exportBackup,
  importBackup,
  isSottoError,
  openMessenger,
  openProfile,
  phraseQuiz,
  Profile as SdkProfile,
} from '@sotto/sdk'
import { webClock, webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openSqliteShelf } from '@sotto/sdk/storage/sqlite'
import type { Engine, Profile } from '#engine.ts'

/** Tests hand in a hash that is not slow. */
export async function openEngine(
  home: string,
  failed: (error: unknown) => void,
  argon2id: Argon2id = slowHash,
): Promise<Engine> {
  const primitives = await openPrimitives()
  const deps = { primitives, argon2id, random: webRandomness, clock: webClock }
  const shelf = openSqliteShelf(home)
  const network = webNetwork()
  return {
    create: (of) => createProfile(deps, shelf, of),
    open: (name, passphrase) => openProfile(deps, shelf, name, passphrase),
    remove: (name) => deleteProfile(shelf, name),
    isInUse: async (name) => {
      try {
        await (await shelf.open(name, 'existing'))[Symbol.asyncDispose]()
        return false
      } catch (error) {
        if (isSottoError(error, 'profile-in-use')) return true
        throw error
      }
    },
    quiz: () => phraseQuiz(webRandomness),
    isQuizPassed: answersFit,
    messenger: (profile, { isOffline, settings }) => {
      return openMessenger({
        profile: ours(profile),
        primitives,
        clock: webClock,
        random: webRandomness,
        network,
        settings,
        isOffline,
        failed,
      })
    },
    exportBackup: (profile, passphrase, signal) =>
      exportBackup(deps, ours(profile), passphrase, { signal }),
    checkBackup: (profile, backup, passphrase, signal) => {
      const { ed25519Seed } = ours(profile).identity
      return checkBackup(deps, backup, { passphrase, ed25519Seed }, signal)
    },
    importBackup: (of) => importBackup(deps, shelf, of),
  }
}

function ours(profile: Profile): SdkProfile {
  if (profile instanceof SdkProfile) return profile
  throw new TypeError('Cannot use the profile: it is of another engine')
}

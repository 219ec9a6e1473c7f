/**
 * @module Profiles that live as long as the object that holds them: for tests, and for a guest who wants nothing kept.
 */
import { SottoError } from '#errors.ts'
import type { Shelf, Storage } from '#ports/storage.ts'
import { checkName } from '#storage/accepted.ts'
import { MemoryRecords } from '#storage/memory/records.ts'
import { MemoryStorage } from '#storage/memory/storage.ts'

/** Empty, and gone with its program. */
export function openMemoryShelf(): Shelf {
  const profiles = new Map<string, MemoryRecords>()
  const open = new Set<string>()

  const find = (name: string): MemoryRecords => {
    const records = profiles.get(name)
    if (records === undefined) {
      throw new SottoError('profile-not-found', 'Cannot open profile: there is none of this name')
    }
    if (open.has(name)) {
      throw new SottoError('profile-in-use', 'Cannot open profile: it is open already')
    }
    return records
  }
  const create = (name: string): MemoryRecords => {
    if (profiles.has(name)) {
      throw new SottoError('profile-exists', 'Cannot create profile: its name is taken')
    }
    const records = new MemoryRecords()
    profiles.set(name, records)
    return records
  }

  return {
    names: async () => [...profiles.keys()].toSorted(),
    open: async (name, mode): Promise<Storage> => {
      checkName(name)
      const records = mode === 'create' ? create(name) : find(name)
      open.add(name)
      return new MemoryStorage(records, () => open.delete(name))
    },
    remove: async (name) => {
      checkName(name)
      find(name)
      profiles.delete(name)
    },
  }
}

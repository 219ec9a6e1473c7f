/**
 * @module Who has a profile open: a Web Lock of its name, or, where there are none, a note in this shelf.
 */

/** Undefined when it is held. What is returned gives it back. */
export type Hold = (name: string) => Promise<(() => void) | undefined>

export function lockHolder(locks: LockManager | undefined): Hold {
  return locks === undefined ? byNote(new Set()) : (name) => byLock(locks, name)
}

function byNote(held: Set<string>): Hold {
  return async (name) => {
    if (held.has(name)) return undefined
    held.add(name)
    return () => held.delete(name)
  }
}

/** A Web Lock is held for as long as its callback's promise is open. */
function byLock(locks: LockManager, name: string): ReturnType<Hold> {
  return new Promise((resolve, reject) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) {
          resolve(undefined)
          return undefined
        }
        return new Promise<void>((release) => resolve(release))
      })
      .catch(reject)
  })
}

/**
 * @module What SQLite and the file system report, in the words of this package. Paths are left out: they hold the
 * profile's name, and its owner's.
 */
import { isSottoError, SottoError, type SottoErrorCode } from '#errors.ts'

/** Primary result codes (sqlite.org/rescode.html) that mean something to a caller. */
const codes: ReadonlyMap<number, SottoErrorCode> = new Map([
  // SQLITE_BUSY, SQLITE_LOCKED
  [5, 'profile-in-use'],
  [6, 'profile-in-use'],
  // SQLITE_CORRUPT, SQLITE_NOTADB
  [11, 'profile-damaged'],
  [26, 'profile-damaged'],
  // SQLITE_FULL
  [13, 'storage-full'],
])

const noSpace: readonly string[] = ['ENOSPC', 'EDQUOT']

/** `action` completes "Cannot …". */
export function failure(action: string, cause: unknown): SottoError {
  if (isSottoError(cause)) return cause
  const number = sqliteNumber(cause)
  if (number !== undefined) {
    const code = codes.get(number & 0xff) ?? 'storage-failed'
    return new SottoError(code, `Cannot ${action}: SQLite reports ${number}`, { cause })
  }
  const word = systemWord(cause)
  return new SottoError(
    noSpace.includes(word) ? 'storage-full' : 'storage-failed',
    `Cannot ${action}: the system reports ${word}`,
  )
}

export function isSystemError(error: unknown, word: string): boolean {
  return systemWord(error) === word
}

/** `node:sqlite` names it `errcode`, `bun:sqlite` `errno`. What the file system throws has an `errno` too, and a call. */
function sqliteNumber(error: unknown): number | undefined {
  if (!(error instanceof Error) || 'syscall' in error) return undefined
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode
  if ('errno' in error && typeof error.errno === 'number') return error.errno
  return undefined
}

function systemWord(error: unknown): string {
  const isNamed = error instanceof Error && 'code' in error && typeof error.code === 'string'
  return isNamed ? String(error.code) : 'an unknown error'
}

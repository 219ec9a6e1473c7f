/**
 * @module Promises of what IndexedDB reports by events, and its errors in the words of this package.
 */
import { isSottoError, SottoError, type SottoErrorCode } from '#errors.ts'

export function answerOf<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? unknownError()))
  })
}

/** Resolves when it is on the disk, as far as the browser knows. */
export function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve())
    transaction.addEventListener('abort', () => reject(transaction.error ?? unknownError()))
  })
}

/** Where the browser gives no reason: a transaction that was aborted has none. */
function unknownError(): DOMException {
  return new DOMException('', 'AbortError')
}

/** Names of a DOMException. */
const codes: ReadonlyMap<string, SottoErrorCode> = new Map([
  ['QuotaExceededError', 'storage-full'],
  // The database was made by a newer version of this program.
  ['VersionError', 'profile-damaged'],
])

/** `action` completes "Cannot …". */
export function failure(action: string, cause: unknown): SottoError {
  if (isSottoError(cause)) return cause
  const name = cause instanceof Error ? cause.name : 'an unknown error'
  const code = codes.get(name) ?? 'storage-failed'
  return new SottoError(code, `Cannot ${action}: the browser reports ${name}`, { cause })
}

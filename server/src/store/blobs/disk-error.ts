/**
 * @module What a failing disk is called. The system's own error names the path, which names the attachment: only its
 * code goes on.
 */
import { StoreError, type StoreErrorCode } from '#store/store.ts'

const codes: Readonly<Record<string, StoreErrorCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  // Out of file descriptors: passes when running requests end.
  EMFILE: 'busy',
  ENFILE: 'busy',
}

/** Errors that no system call made are given back as they are. */
export function diskError(action: string, error: unknown): unknown {
  if (error instanceof StoreError || !(error instanceof Error) || !('code' in error)) return error
  const code = String(error.code)
  return new StoreError(codes[code] ?? 'unusable', `Cannot ${action}: ${code}`)
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

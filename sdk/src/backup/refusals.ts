/**
 * @module What a backup says when it does not open. Of the passphrase and the words nothing tells which did not fit.
 */
import { SottoError } from '#errors.ts'

export function damaged(): SottoError {
  return new SottoError('backup-damaged', 'Cannot read the backup: it is not what was written')
}

export function wrongPassphrase(): SottoError {
  return new SottoError(
    'wrong-passphrase',
    'Cannot open the backup: its passphrase or the words do not fit',
  )
}

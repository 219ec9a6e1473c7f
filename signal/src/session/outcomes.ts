/**
 * @module What a caller hears when a message cannot be read. Whatever failed inside sounds the same.
 */
import { SignalError } from '#errors.ts'

export function refusal(): SignalError {
  return new SignalError('invalid-message', 'Cannot decrypt message')
}

export function duplicate(): SignalError {
  return new SignalError('duplicated-message', 'Cannot decrypt message: it was decrypted before')
}

export function noSession(detail: string): SignalError {
  return new SignalError('session-not-found', `Cannot find session: ${detail}`)
}

/**
 * @module How sealed messages are refused: one way for everything that cryptography finds wrong.
 */
import { SignalError } from '#errors.ts'

export function invalidSealedMessage(): SignalError {
  return new SignalError('invalid-message', 'Cannot unseal message')
}

/** A recipient's key that agrees on nothing. */
export function invalidKey(): SignalError {
  return new SignalError('invalid-key', 'Cannot seal message: invalid recipient key')
}

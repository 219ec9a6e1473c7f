/**
 * @module What a caller may catch. A cryptographic refusal has one code, whatever failed inside; the reason goes nowhere.
 */

export type SignalErrorCode =
  /** The message was decrypted before, or its key is gone. Drop it. */
  | 'duplicated-message'
  /** There is no session to encrypt or decrypt with, or its first message has gone unanswered for too long. */
  | 'session-not-found'
  /** The store does not trust this identity key for this address. Ask the user. */
  | 'untrusted-identity'
  /** The message could not be authenticated or decrypted. Nothing has changed. */
  | 'invalid-message'
  /** The message names a prekey that is not in the store. */
  | 'unknown-prekey'
  /** A signature in a bundle or on a group message does not verify. */
  | 'invalid-signature'
  /** The bytes are no message: too short, not protobuf, a field missing. */
  | 'malformed'
  /** Made by a version of the protocol that is too old, or newer than this one. */
  | 'unsupported-version'
  /** A public key of the wrong type or length, or one that agrees on nothing. */
  | 'invalid-key'
  /** No sender key of this sender for this group. Ask for its distribution message. */
  | 'sender-key-not-found'
  /** A certificate of sealed sender is not signed by a trusted root, is revoked, or has expired. */
  | 'invalid-certificate'
  /** A sealed message that this device sent itself. */
  | 'self-send'
  /** Safety numbers of different versions cannot be compared. */
  | 'fingerprint-version'
  /** Stored state that cannot be read. */
  | 'invalid-state'
  /** The caller's mistake: an argument outside of its range. */
  | 'invalid-argument'

export class SignalError extends Error {
  readonly code: SignalErrorCode

  constructor(code: SignalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'SignalError'
    this.code = code
  }
}

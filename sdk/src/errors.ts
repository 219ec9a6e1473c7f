/**
 * @module What a caller of this package may catch: one class, with a closed list of codes. What a message says is for
 * people; it never holds a secret, a name or an address.
 */

/** Every code, and what it means. */
export const errorCodes = {
  'invalid-argument': 'The caller asked for something that cannot be.',
  'not-found': 'There is no such contact, conversation, message or channel.',
  closed: 'The messenger or the profile is closed.',

  'profile-exists': 'There is a profile of this name.',
  'profile-not-found': 'There is no profile of this name.',
  'profile-in-use': 'Another program has this profile open.',
  'profile-damaged': 'What is stored is not what was written, or is of a newer version.',
  'wrong-passphrase': 'The passphrase does not open this; of a backup, it or the words.',
  'weak-passphrase': 'The passphrase is too short.',
  'backup-damaged': 'A backup is not what was written, or is of a newer version.',
  'storage-full': 'There is no room left on this machine.',
  'storage-failed': 'What should be written was not, and nothing changed.',

  'invalid-phrase': 'The recovery phrase is none.',
  'invalid-invitation': 'The link is no invitation, or was changed.',
  'invitation-expired': 'The invitation is not valid any more.',
  'invalid-address': 'This is no address.',
  'wrong-code': 'The code is unknown, expired or used.',
  'is-self': 'This is the own address.',

  'not-verified': 'The key of a contact has changed; nothing is sent until the user decides.',
  blocked: 'The contact is blocked.',
  'no-keys':
    'The other side has published no keys, so nobody can write to them for the first time.',
  'message-too-long': 'The message fits into no sealed envelope.',
  'file-too-large': 'The file is larger than any that is sent.',
  'picture-unreadable': 'What the picture says beside what it shows cannot be taken out of it.',
  'attachment-gone': 'The relay does not have the file, or not all of it, any more.',
  'attachment-damaged': 'What the relay has is not the file that was sent.',
  'not-a-member': 'The user is not a member of this channel.',
  'not-allowed': 'The role in this channel does not allow it.',

  offline: 'The relay cannot be reached.',
  'relay-refused': 'The relay refused, and would again.',
  'relay-busy': 'The relay has no room or no time now.',
  'bad-answer': 'What came is not what a relay answers.',
} as const

/** One of the codes, and nothing else. */
export type SottoErrorCode = keyof typeof errorCodes

/** What an error carries beside its code and its words. */
export interface SottoErrorOptions {
  readonly cause?: unknown
  /** How long to wait before it is worth another try, when the other side said so. */
  readonly retryAfterMillis?: number | undefined
}

/**
 * Thrown for everything that a caller can do something about. Beside it, calls reject with the reason of the signal that
 * ended them; anything else is a mistake, theirs or ours.
 */
export class SottoError extends Error {
  readonly code: SottoErrorCode
  readonly retryAfterMillis: number | undefined

  constructor(code: SottoErrorCode, message: string, options: SottoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SottoError'
    this.code = code
    this.retryAfterMillis = options.retryAfterMillis
  }
}

/** Whether it is one, and of this code where one is given. */
export function isSottoError(error: unknown, code?: SottoErrorCode): error is SottoError {
  return error instanceof SottoError && (code === undefined || error.code === code)
}

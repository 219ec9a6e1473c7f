/**
 * @module What the engine's refusals mean to a person, and what to do about them. None repeats what was typed: it may be a
 * secret.
 */
import { isSottoError, type SottoErrorCode } from '@sotto/sdk'
import { Refusal } from '#refusal.ts'

/** `sentences.test.ts` holds it against the engine's own list. */
export const sentences: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'invalid-argument': 'That cannot be done as it was asked.',
    'not-found': 'It is not there any more.',
    closed: 'The profile was closed while this was going on. Nothing is lost; run it again.',

    'profile-exists':
      'There is a profile of this name already.\nChoose another name with --profile, or delete the old one: sotto profile delete',
    'profile-not-found': 'There is no such profile on this machine.\nBegin with: sotto init',
    'profile-in-use':
      'This profile is open in another terminal. Only one program can use it at a time.\n' +
      'End the other one, or use another profile with --profile.',
    'profile-damaged':
      'The profile on this disk is not what was written, or a newer version of Sotto wrote it.\n' +
      'Put back a copy of its file if you have one. Your 24 words bring back the identity: sotto restore',
    'wrong-passphrase': 'The passphrase does not open this profile.',
    'weak-passphrase':
      'The passphrase is too short: it needs 12 characters at least. Four or five words are easy to keep.',
    'storage-full': 'The disk is full. Nothing was changed.\nMake room and try again.',
    'storage-failed':
      'The disk refused to write. Nothing was changed.\nsotto doctor looks for the reason.',

    'invalid-phrase': 'These are not the 24 words of an identity.',
    'invalid-invitation':
      'This is no invitation, or a part of it is missing.\nCopy the whole link, and put it in quotes: the shell reads # and & otherwise.',
    'invitation-expired': 'The invitation is not valid any more.\nAsk for a new one.',
    'invalid-address':
      'This is no address: a letter is missing or another one.\nCopy the whole of it, beginning with sotto1.',
    'wrong-code': 'The code is unknown, expired or used.\nAsk for a new one.',
    'is-self': 'That is you.',

    'not-verified':
      'Somebody with another key writes as this contact, so nothing is sent until you decide.\n' +
      'Ask them by another way. Then: sotto contacts accept-identity, or refuse-identity',
    blocked: 'You have blocked this contact.\nTo hear and write again: sotto contacts unblock',
    'no-keys':
      'Nobody with this address is at that relay, or they were never online.\nAsk them to run sotto chat once.',
    'message-too-long':
      'The message is too long for one envelope. Nothing was sent.\nSend it in parts.',
    'attachment-gone': 'The file is not at the relay any more.\nAsk for it again.',
    'attachment-damaged':
      'What came is not the file that was sent. Nothing was saved.\nAsk for it again.',
    'file-too-large': 'The file is too large to send.',
    'backup-damaged':
      'This is no backup of Sotto, or not all of it, or not of these words.\nNothing was changed.',
    'picture-unreadable':
      'The picture cannot be read, and so not be freed of what it says about you. Nothing was sent.',
    'not-a-member': 'You are not a member of this channel any more.',
    'not-allowed': 'That is not yours to do.',

    offline:
      'The relay cannot be reached. What you write waits on this machine.\nsotto doctor looks for the reason.',
    'relay-refused': 'The relay refused, and would again.\nsotto doctor looks for the reason.',
    'relay-busy': 'The relay has no time or no room just now.\nTry again in a minute.',
    'bad-answer':
      'What answered is no relay of Sotto, or something changes its answers on the way.\nsotto doctor looks for the reason.',
  }),
)

const otherwise = 'That did not work.\nsotto doctor looks for the reason.'

/** Codes whose message says more than the table can: which word, how many characters. */
const tellMore: ReadonlySet<SottoErrorCode> = new Set([
  'invalid-argument',
  'invalid-phrase',
  'not-allowed',
])

/** For stderr; undefined for what should not happen. */
export function sentenceOf(error: unknown): string | undefined {
  if (error instanceof Refusal) return error.message
  if (!isSottoError(error)) return undefined
  const sentence = sentences.get(error.code) ?? otherwise
  const detail = /: (.+)$/s.exec(error.message)?.[1]
  if (detail === undefined || !tellMore.has(error.code)) return sentence
  return `${sentence.replace(/\.$/, '')}: ${detail}.`
}

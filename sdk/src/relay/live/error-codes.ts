/**
 * @module What the relay's refusals mean here, by their `code_str` (`server/src/door/mobium/client.ts` has the list).
 */
import type { DownOf } from '@sotto/wire/live'
import { SottoError, type SottoErrorCode } from '#errors.ts'

interface Meaning {
  readonly code: SottoErrorCode
  readonly text: string
}

const meanings: Readonly<Record<string, Meaning>> = {
  malformed: { code: 'relay-refused', text: 'The relay cannot read what was asked' },
  'not-logged-in': { code: 'relay-refused', text: 'The relay requires a login' },
  'bad-signature': { code: 'relay-refused', text: 'The relay did not accept the login' },
  'rate-limited': { code: 'relay-busy', text: 'The relay was asked too often' },
  'too-large': { code: 'message-too-long', text: 'The relay does not take so large a message' },
  'not-a-member': { code: 'not-a-member', text: 'Only members of the channel may do that' },
  'not-allowed': { code: 'not-allowed', text: 'The relay does not allow that' },
  banned: { code: 'not-allowed', text: 'The channel keeps this user out' },
  'invite-needed': { code: 'not-allowed', text: 'The channel requires an invitation' },
  'invite-refused': { code: 'not-allowed', text: 'The invitation is unknown, expired or used' },
  'not-in-voice': { code: 'not-allowed', text: 'Only those who are in the call may do that' },
  'unknown-recipient': { code: 'not-found', text: 'The relay knows no such user' },
  'unknown-channel': { code: 'not-found', text: 'The relay knows no such channel' },
  'channel-exists': { code: 'relay-refused', text: 'There is a channel with this id' },
  'record-conflict': { code: 'relay-refused', text: 'The channel has another last record' },
  'channel-full': { code: 'relay-refused', text: 'The channel has no room for another member' },
  'records-full': { code: 'relay-refused', text: 'The channel has no room for another record' },
  'too-many': { code: 'relay-refused', text: 'The relay does not take so many' },
  unavailable: { code: 'relay-busy', text: 'The relay cannot do that at the moment' },
}

/** The live door does not say how long. */
const retryMillis = 2000

/** What the relay writes for people is shown to nobody: it may say anything. */
export function errorOf({ code_str: code = '' }: DownOf<'error'>): SottoError {
  const meaning = Object.hasOwn(meanings, code) ? meanings[code] : undefined
  if (meaning === undefined) return new SottoError('relay-refused', 'The relay refused')
  const isBusy = meaning.code === 'relay-busy'
  return new SottoError(meaning.code, meaning.text, isBusy ? { retryAfterMillis: retryMillis } : {})
}

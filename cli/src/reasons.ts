/**
 * @module Why a message is not sent, in a few words behind "Not sent: ".
 */

export function reasonInWords(reason: string): string {
  return reasons.get(reason) ?? reason.replaceAll('-', ' ')
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['offline', 'the relay cannot be reached'],
  ['relay-busy', 'the relay has no time just now'],
  ['relay-refused', 'the relay refused it'],
  ['bad-answer', 'what answered is no relay'],
  ['mailbox-full', 'their mailbox is full'],
  ['blocked', 'you have blocked them'],
  ['not-verified', 'their key has changed'],
  ['no-keys', 'they have published no keys'],
  ['message-too-long', 'it is too long'],
  ['not-found', 'they are no contact any more'],
  ['not-a-member', 'you are no member any more'],
  ['not-allowed', 'your role does not allow it'],
])

/**
 * @module Commands about the own identity: to make one, to bring one back, to change what it says and does.
 */
import { command } from '#command/command.ts'
import { choice, optional, required, text, toggle } from '#command/shapes.ts'

const relay = text('URL', 'The relay that keeps what others send you.', 'http://localhost:8080')
const name = text('NAME', 'What your contacts see. Nobody checks it, and you can change it.')

export const profileCommands = {
  init: command({
    summary: 'Begin: a new identity, and its 24 words.',
    prose: [
      'Asks for a name and a passphrase, and shows the 24 words of the new identity once. Whoever has the words is you; ' +
        'without them nobody can bring the identity back. Write them on paper.',
      'Nothing is registered anywhere: the relay hears of you when you connect.',
    ],
    args: {},
    flags: {
      name,
      relay,
      noQuiz: toggle('Do not ask three of the words back. For scripts.'),
    },
    examples: [
      { line: 'sotto init', prose: 'Asks for all it needs.' },
      {
        line: 'sotto init --name Bot --relay https://relay.example --no-quiz --passphrase-file pass',
        prose: 'Asks nothing.',
      },
    ],
  }),
  restore: command({
    summary: 'Bring an identity back from its 24 words.',
    prose: [
      'The words bring back who you are, and your contacts, whose list rests at the relay, sealed so that only the words open ' +
        'it. Messages were on the other machine: sotto backup keeps them. Use an identity on one machine at a time.',
    ],
    args: {},
    flags: { name, relay },
    examples: [
      { line: 'sotto restore', prose: 'Asks for the words, which are not shown.' },
      { line: 'sotto restore < words', prose: 'Reads them from a file.' },
    ],
  }),
  lock: command({
    summary: 'Say whether a profile is open anywhere.',
    prose: [
      'Every command asks for the passphrase and forgets it when it ends, so there is nothing to lock: a profile is ' +
        'open as long as a command uses it. This one tells you which are.',
    ],
    args: {},
    flags: {},
  }),
  'profile list': command({
    summary: 'Name the profiles on this machine.',
    args: {},
    flags: {},
  }),
  'profile show': command({
    summary: 'Show your address, your relay and what you have chosen.',
    prose: ['The address is what you give to people who shall be able to write to you first.'],
    args: {},
    flags: { qr: toggle('Draw the address as a QR code, too.') },
  }),
  'profile rename': command({
    summary: 'Change the name that your contacts see.',
    args: { name: required('The new name, or an empty one for none.') },
    flags: {},
    examples: [{ line: 'sotto profile rename "Ann B."', prose: 'Your contacts are told.' }],
  }),
  'profile relay': command({
    summary: 'Move to another relay.',
    prose: ['Your contacts are told where to write when you connect the next time.'],
    args: { url: required('Where the relay is: https://relay.example.') },
    flags: {},
  }),
  'profile passphrase': command({
    summary: 'Change the passphrase.',
    prose: ['A copy of the profile that somebody made before still opens with the old one.'],
    args: {},
    flags: {},
  }),
  'profile set': command({
    summary: 'Choose what others learn of you.',
    args: {},
    flags: {
      readReceipts: choice(
        ['on', 'off'],
        'Whether contacts are told that you have read something.',
      ),
      typing: choice(['on', 'off'], 'Whether contacts are told that you are writing.'),
      requests: choice(['on', 'off'], 'Whether people who only have your address may write.'),
      forwarder: text(
        'URL|none',
        'Who carries what you send to the relay, so that the relay does not see from where it comes.',
      ),
      mode: choice(
        ['sealed', 'direct'],
        'Whether requests are sealed for the relay (Oblivious HTTP), or only the messages in them. Direct is for ' +
          'relays without a gateway, and for looking for faults.',
      ),
    },
    examples: [
      { line: 'sotto profile set --requests off', prose: 'Only invitations let people in.' },
      {
        line: 'sotto profile set --forwarder https://forward.example',
        prose: 'Takes effect at once.',
      },
    ],
  }),
  'profile delete': command({
    summary: 'Delete a profile from this machine, with everything in it.',
    prose: ['There is no way back but the 24 words, and they bring back the identity only.'],
    args: { name: optional('Which one; without it the one that other commands use.') },
    flags: { yes: toggle('Do not ask. For scripts.') },
  }),
} as const

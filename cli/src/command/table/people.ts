/**
 * @module Commands about other people: to meet them, to name them, to be sure of them, to be rid of them.
 */
import { command } from '#command/command.ts'
import { duration, optional, optionalSentence, required, text, toggle } from '#command/shapes.ts'

const contact = required('A nickname, a name, or the beginning of an id or identity.')

export const peopleCommands = {
  invite: command({
    summary: 'Make a link that lets one person in.',
    prose: [
      'Prints the link, and the same as a QR code. Whoever uses it first becomes your contact, so give it to one person. ' +
        'Then it waits for them, and says who came.',
    ],
    args: {},
    flags: {
      expires: duration(
        'TIME',
        { byDefault: '7d', maxDays: 30 },
        'How long the link is good: 30m, 12h, 2d, 1w.',
      ),
      as: text('NICKNAME', 'What you will call whoever uses it.'),
      noWait: toggle('Print the link and end.'),
      noQr: toggle('Print no QR code.'),
    },
    examples: [
      {
        line: 'sotto invite --as Maren',
        prose: 'They appear as Maren, whatever they call themselves.',
      },
      {
        line: 'sotto invite --no-wait --expires 2d',
        prose: 'For a script: the link alone, if piped.',
      },
    ],
  }),
  meet: command({
    summary: 'Meet somebody beside you, or on the phone, by six digits.',
    prose: [
      'One runs sotto meet and says the six digits, the other runs sotto meet DIGITS. Then both see a short code: if it is ' +
        'the same on both screens, nobody is between you, and you are verified contacts at once. Both use the same relay.',
    ],
    args: { digits: optional('The six digits that the other one has said.') },
    flags: {
      relay: text('URL', "The other one's relay, with their digits.", 'your own'),
      as: text('NICKNAME', 'What you will call them.'),
    },
    examples: [
      { line: 'sotto meet', prose: 'Shows six digits.' },
      { line: 'sotto meet 123456', prose: 'Uses them.' },
    ],
  }),
  'invite list': command({
    summary: 'Show the links that nobody has used yet.',
    args: {},
    flags: {},
  }),
  'invite revoke': command({
    summary: 'Make a link useless.',
    args: { invitation: required('The beginning of its id; sotto invite list shows it.') },
    flags: {},
  }),
  'contacts list': command({
    summary: 'Show everybody you know, and who waits for an answer.',
    args: {},
    flags: {},
  }),
  'contacts add': command({
    summary: 'Use a link, or write to an address for the first time.',
    prose: [
      'sotto chat LINK does the same and opens the chat. An address needs a few first words: whoever it is sees them and ' +
        'decides.',
    ],
    args: {
      whom: required('A link, or an address.'),
      text: optionalSentence('Your first words, for an address.'),
    },
    flags: { as: text('NICKNAME', 'What you will call them.') },
    examples: [
      { line: 'sotto contacts add "https://relay.example/#i.…" --as Ops', prose: 'For bots, too.' },
    ],
  }),
  'contacts show': command({
    summary: 'Show what is known of a contact.',
    args: { contact },
    flags: {},
  }),
  'contacts accept': command({
    summary: 'Answer a request: they become a contact.',
    args: { contact },
    flags: {},
  }),
  'contacts decline': command({
    summary: 'Put a request away. They are not told.',
    args: { contact },
    flags: {},
  }),
  'contacts nickname': command({
    summary: 'Give a contact a name of your own. Only you see it.',
    args: {
      contact,
      nickname: optionalSentence('The name; without it the old one is taken away.'),
    },
    flags: {},
    examples: [
      { line: 'sotto contacts nickname 3fa9 Maren', prose: 'By the beginning of their id.' },
    ],
  }),
  'contacts block': command({
    summary: 'Hear nothing of a contact any more. They are not told.',
    args: { contact },
    flags: {},
  }),
  'contacts unblock': command({
    summary: 'Hear a contact again. What they wrote meanwhile stays unread.',
    args: { contact },
    flags: {},
  }),
  'contacts forget': command({
    summary: 'Delete a contact and everything that was written.',
    args: { contact },
    flags: { yes: toggle('Do not ask. For scripts.') },
  }),
  'contacts accept-identity': command({
    summary: 'Say that a changed key is theirs.',
    prose: [
      'When somebody with another key writes where only this contact can, nothing is sent to them until you decide. Ask ' +
        'them, by another way, whether they have a new identity.',
    ],
    args: { contact },
    flags: {},
  }),
  'contacts refuse-identity': command({
    summary: 'Say that a changed key is not theirs.',
    prose: ['The contact stays who they were, and is told another address to write to.'],
    args: { contact },
    flags: {},
  }),
  verify: command({
    summary: 'Compare safety numbers with a contact.',
    prose: [
      'Shows the safety number: 60 digits that are the same on both sides, as long as nobody is between you. Compare ' +
        'them by voice or side by side, never in the chat itself.',
    ],
    args: { contact },
    flags: {
      yes: toggle('Say that you have compared it, and that it is the same.'),
      no: toggle('Take that back.'),
      noQr: toggle('Draw no QR code.'),
    },
  }),
  timer: command({
    summary: 'Let messages of a conversation disappear after they were read.',
    args: {
      whom: required('A contact or a channel.'),
      time: required('How long: 30s, 5m, 8h, 1d, 4w; or off.'),
    },
    flags: {},
    examples: [
      {
        line: 'sotto timer Maren 4w',
        prose: 'Both sides keep to it, as far as their programs do.',
      },
      { line: 'sotto timer "Kitchen table" off', prose: '' },
    ],
  }),
  chat: command({
    summary: 'Talk, in the whole window.',
    prose: [
      'Opens with the conversation that something happened in last, or with the one you name. A link or an address makes ' +
        'a new contact first. Press ? with an empty line to see every key.',
    ],
    args: { whom: optional('A link, an address, or a contact.') },
    flags: {},
    examples: [
      { line: 'sotto chat', prose: 'All your conversations.' },
      { line: 'sotto chat "http://localhost:8080/#i.…"', prose: 'Uses an invitation.' },
      { line: 'sotto chat Maren', prose: 'Straight to somebody.' },
    ],
  }),
} as const

/**
 * @module Commands about channels: conversations of several, whose members the members say.
 */
import { command } from '#command/command.ts'
import { count, duration, optional, required, sentence, toggle } from '#command/shapes.ts'

const channel = required('The name of the channel, or the beginning of its id.')
const member = required('The name of a member, or the beginning of their identity.')

export const channelCommands = {
  'channel create': command({
    summary: 'Make a channel. You are its admin.',
    prose: [
      'The relay keeps what is written there sealed. Who is in it, only what its admins have signed says.',
    ],
    args: { name: sentence('What it is called.') },
    flags: {},
    examples: [{ line: 'sotto channel create "Kitchen table"', prose: '' }],
  }),
  'channel list': command({ summary: 'Show your channels.', args: {}, flags: {} }),
  'channel show': command({ summary: 'Show who is in a channel.', args: { channel }, flags: {} }),
  'channel invite': command({
    summary: 'Let somebody in: a contact, by a message, or whoever has a link.',
    args: { channel, contact: optional('The contact; without one a link is printed.') },
    flags: {
      uses: count({ min: 1, max: 1000, byDefault: 1 }, 'How many people the link lets in.'),
      expires: duration('TIME', { byDefault: '7d', maxDays: 365 }, 'How long the link is good.'),
    },
    examples: [
      { line: 'sotto channel invite "Kitchen table" Maren', prose: 'Maren gets a message.' },
      { line: 'sotto channel invite "Kitchen table" --uses 5', prose: 'A link for five.' },
    ],
  }),
  'channel join': command({
    summary: 'Use a link into a channel.',
    args: { link: required('The link.') },
    flags: {},
    examples: [{ line: 'sotto channel join "http://localhost:8080/#c.…"', prose: '' }],
  }),
  'channel revoke': command({
    summary: 'Make every link into a channel useless.',
    args: { channel },
    flags: {},
  }),
  'channel rename': command({
    summary: 'Call a channel something else.',
    args: { channel, name: sentence('The new name.') },
    flags: {},
  }),
  'channel role': command({
    summary: 'Make a member an admin, or an admin a member.',
    args: { channel, member, role: required('admin or member.', ['admin', 'member']) },
    flags: {},
  }),
  'channel remove': command({
    summary: 'Remove a member. They read nothing that is said from then on.',
    args: { channel, member },
    flags: {},
  }),
  'channel leave': command({
    summary: 'Leave a channel. What was said stays here.',
    args: { channel },
    flags: {},
  }),
  'channel forget': command({
    summary: 'Delete a channel that you have left, with everything that was said.',
    args: { channel },
    flags: { yes: toggle('Do not ask. For scripts.') },
  }),
} as const

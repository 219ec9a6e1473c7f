/**
 * @module What stands in the lines that programs read and write: the words of `docs/cli.md`. `lines/write-event.ts` and
 * `lines/read-action.ts` make and read them, and their tests hold them against these tables.
 */

export interface Described {
  readonly name: string
  readonly prose: string
  /** By name: what the entry holds. The one that names the event or action is left out. */
  readonly fields: Readonly<Record<string, string>>
}

const contactFields = {
  contact: 'the id of the contact, for `to` of actions',
  name: 'your nickname for them, or what they call themselves',
} as const

/** Of what happens in a conversation, which is one or the other. */
const placeFields = {
  contact: 'the id of the contact, of a direct conversation; for `to` of actions',
  channel: 'the id of the channel, of a conversation of several; for `to` of actions, too',
  name: 'what the contact or the channel is called',
} as const

const messageFields = {
  ...placeFields,
  id: 'the id of the message, in hex',
  own: 'whether it is yours',
  sender: 'the key of who wrote it, in hex',
  senderName: 'what they are called; `You` for yourself',
  kind: '`text`; `lost` when it could not be read; `newer` when only a newer version can; `notice` when nobody wrote it',
  text: 'what was written; empty for other kinds, and when it was deleted',
  at: 'when its sender says that it was sent',
  status: 'of your own: `queued`, `accepted` by the relay, `delivered`, `read`, or `failed`',
  reason: 'why it failed, or why it is still queued',
  replyTo: 'the id of the message that it answers',
  edited: '`true` when the text was changed',
  deleted: '`true` when it was deleted',
  reactions: 'an object of emoji by the keys of who gave them',
  disappearsAt: 'when it will be gone',
  attachments: 'a list of objects with `name`, `mediaType` and `size` in bytes',
} as const

export const events = [
  {
    name: 'ready',
    prose: 'The first line: who you are. What comes next happened before, then what happens.',
    fields: {
      version: 'of these lines; 1',
      address: 'what others write to',
      identity: 'your key, in hex',
    },
  },
  {
    name: 'message',
    prose: 'A new message, yours or theirs; at the beginning also what is unread.',
    fields: { ...messageFields, unread: '`true` when it was there before and nobody has read it' },
  },
  {
    name: 'message-changed',
    prose: 'Its status, text, reactions or anything else is another.',
    fields: messageFields,
  },
  {
    name: 'message-gone',
    prose: 'It was deleted here, or its time was up.',
    fields: { ...placeFields, id: 'the id of the message' },
  },
  {
    name: 'request',
    prose: 'Somebody who has your address wants to write to you. Accept or decline it.',
    fields: { ...contactFields, text: 'what they say', identity: 'their key, in hex' },
  },
  {
    name: 'contact',
    prose: 'Somebody became a contact, or something about them changed.',
    fields: {
      ...contactFields,
      identity: 'their key, in hex',
      state:
        '`invited` when you wait for their answer, `request` when they wait for yours, `contact`',
      verified: 'whether you have compared safety numbers',
      blocked: 'whether you blocked them',
      keyChanged:
        '`true` when somebody with another key writes as them, and nothing is sent until you decide',
    },
  },
  {
    name: 'channel',
    prose: 'A channel is another: its members, its name, or what you are in it.',
    fields: {
      channel: 'the id of the channel',
      name: 'what it is called',
      stage: '`creating`, `joining`, `member`, `left`, `removed` or `shut-out`',
      role: 'yours: `admin` or `member`; missing when you are neither',
      members: 'a list of objects with `identity`, `role` and `name`',
    },
  },
  {
    name: 'typing',
    prose: 'They write, or have stopped.',
    fields: { ...placeFields, typing: '`true` or `false`' },
  },
  {
    name: 'connection',
    prose: 'The line to your relay.',
    fields: { state: '`offline`, `connecting` or `online`' },
  },
  {
    name: 'gap',
    prose: 'You were too slow, and events were left out. Ask again for what you need.',
    fields: {},
  },
  {
    name: 'done',
    prose: 'Only for bots: an action with a `ref` was done.',
    fields: { ref: 'as the action had it', id: 'the message that came of it, if one did' },
  },
  {
    name: 'refused',
    prose: 'Only for bots: an action was not done. Nothing has changed.',
    fields: {
      ref: 'as the action had it, if it had one',
      code: 'why, in a word',
      why: 'why, in a sentence',
    },
  },
] as const satisfies readonly Described[]

export const actions = [
  {
    name: 'send',
    prose: 'Say something. It is kept, and sent when the relay can be reached.',
    fields: {
      to: 'the contact or channel',
      text: 'what to say',
      replyTo: 'optional: the id of the message to answer',
    },
  },
  {
    name: 'react',
    prose: 'Answer a message with an emoji; an empty one takes it back.',
    fields: { to: 'the contact or channel', id: 'the message', emoji: 'the emoji' },
  },
  {
    name: 'edit',
    prose: 'Change what you have written.',
    fields: { to: 'the contact or channel', id: 'the message', text: 'what it says from now on' },
  },
  {
    name: 'delete',
    prose: 'Delete what you have written, for both sides.',
    fields: { to: 'the contact or channel', id: 'the message' },
  },
  {
    name: 'read',
    prose: 'Everything in the conversation is read, and will not come as unread the next time.',
    fields: { to: 'the contact or channel' },
  },
  {
    name: 'typing',
    prose: 'Tell them that you write, if your settings allow it.',
    fields: { to: 'the contact or channel', typing: '`true` or `false`' },
  },
  {
    name: 'accept',
    prose: 'Accept a request.',
    fields: { to: 'the contact' },
  },
  {
    name: 'decline',
    prose: 'Decline a request.',
    fields: { to: 'the contact' },
  },
] as const satisfies readonly Described[]

export type ActionName = (typeof actions)[number]['name']

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Directory } from '#directory.ts'
import type { Message, MessengerEvent } from '#engine.ts'
import { actions, events } from '#lines/described.ts'
import { sampleChannel, sampleContact, sampleMessage } from '#people-for-tests.ts'
import { readAction } from '#lines/read-action.ts'
import { eventLine, type EventLine, readyLine, unreadLine } from '#lines/write-event.ts'

const contact = sampleContact({
  id: 'a1b2',
  identity: 'aa'.repeat(32),
  name: 'Ann',
  changedIdentity: 'bb'.repeat(32),
})

/** Where its bytes are is nobody's business here. */
const attachments: NonNullable<Message['attachments']> = JSON.parse(
  '[{"name":"a.pdf","mediaType":"application/pdf","size":3}]',
)

const message: Message = sampleMessage({
  conversation: 'a1b2',
  order: 7,
  isOwn: true,
  replyTo: '0304',
  status: 'failed',
  reason: 'mailbox-full',
  editedAtMillis: 2000,
  isDeleted: true,
  reactions: {
    ['aa'.repeat(32)]: { emoji: '👍', atMillis: 1 },
    ['ee'.repeat(32)]: { emoji: '', atMillis: 2 },
  },
  expiresAtMillis: 9000,
  attachments,
})

const channel = sampleChannel({
  id: 'c3d4',
  name: 'Kitchen table',
  members: [{ identity: 'ee'.repeat(32), role: 'member', name: 'Me', isSelf: true }],
})

const directory: Directory = {
  contacts: new Map([[contact.id, contact]]),
  channels: new Map([[channel.id, channel]]),
  self: 'ee'.repeat(32),
}

describe('events', () => {
  const samples: readonly MessengerEvent[] = [
    { type: 'message', message },
    { type: 'message-changed', message },
    { type: 'message-gone', conversation: 'a1b2', id: '0102' },
    { type: 'contact-changed', contact },
    { type: 'request', contact: { ...contact, state: 'request' }, text: 'It is me' },
    { type: 'typing', conversation: 'a1b2', isTyping: true },
    { type: 'connection', state: 'online' },
    { type: 'channel-changed', channel: 'c3d4' },
    { type: 'message', message: { ...message, conversation: 'c3d4' } },
    { type: 'message-changed', message: { ...message, conversation: 'c3d4' } },
    { type: 'message-gone', conversation: 'c3d4', id: '0102' },
    { type: 'typing', conversation: 'c3d4', isTyping: true },
    { type: 'gap' },
  ]
  const lines: readonly EventLine[] = [
    readyLine({ address: 'sotto1…', identity: 'cc' }),
    unreadLine(message, directory),
    unreadLine({ ...message, conversation: 'c3d4' }, directory),
    ...samples.map((event) => eventLine(event, directory) ?? { event: 'none' }),
  ]

  test('have the entries that are described, and no other', () => {
    for (const { name, fields } of events) {
      if (name === 'done' || name === 'refused') continue
      const written = new Set(
        lines.filter((line) => line.event === name).flatMap((line) => Object.keys(line)),
      )
      expect([...written].toSorted(), name).toEqual(['event', ...Object.keys(fields)].toSorted())
    }
  })

  test('leave out what is not so', () => {
    const { replyTo: _, reactions: _r, ...plain } = message
    const line = eventLine({ type: 'message', message: { ...plain, isDeleted: false } }, directory)
    expect(Object.keys(line ?? {})).not.toContain('deleted')
    expect(Object.keys(line ?? {})).not.toContain('replyTo')
    expect(Object.keys(line ?? {})).not.toContain('reactions')
  })

  test('say whose a reaction is, and nothing of one that was taken back', () => {
    expect(eventLine({ type: 'message', message }, directory)).toMatchObject({
      reactions: { ['aa'.repeat(32)]: '👍' },
    })
  })
})

describe('actions', () => {
  const samples: Readonly<Record<string, unknown>> = {
    to: 'Ann',
    text: 'hi',
    id: '0102',
    emoji: '👍',
    typing: true,
    replyTo: '0304',
  }

  test.each(actions.map(({ name, fields }) => ({ name, fields })))(
    '$name is read with the entries that are described',
    ({ name, fields }) => {
      const entries = Object.fromEntries(Object.keys(fields).map((key) => [key, samples[key]]))
      expect(readAction(JSON.stringify({ action: name, ref: '1', ...entries }))).toEqual({
        kind: 'action',
        action: { action: name, ref: '1', ...entries },
      })
    },
  )

  test.each([
    ['', 'The line is not JSON'],
    ['[]', 'The line is no JSON object'],
    ['null', 'The line is no JSON object'],
    ['{"action":"dance","to":"Ann"}', 'There is no such action'],
    ['{"action":"send","to":"Ann"}', '"text" must be a text'],
    ['{"action":"send","to":7,"text":"x"}', '"to" must be a text'],
    ['{"action":"typing","to":"Ann","typing":"yes"}', '"typing" must be true or false'],
    ['{"action":"constructor","to":"Ann"}', 'There is no such action'],
  ])('%s is refused', (line, why) => {
    expect(readAction(line)).toEqual({ kind: 'refused', ref: undefined, why })
  })

  test('what is refused keeps its ref', () => {
    expect(readAction('{"action":"send","ref":"x"}')).toMatchObject({ kind: 'refused', ref: 'x' })
  })

  test('any line is an action or refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(['action', 'refused']).toContain(readAction(line).kind)
      }),
    )
  })
})

import { describe, expect, test } from 'vitest'
import {
  conversationName,
  type Directory,
  findConversation,
  LiveDirectory,
  personName,
} from '#directory.ts'
import type { Channel, Messenger } from '#engine.ts'
import {
  identityOf,
  ownIdentity,
  sampleChannel,
  sampleContact,
  sampleMessage,
} from '#people-for-tests.ts'

const maren = sampleContact({ id: 'maren', nickname: 'Maren' })
const kitchen = sampleChannel({
  id: 'kitchen',
  name: 'Kitchen table',
  members: [
    { identity: ownIdentity, role: 'admin', name: 'Me', isSelf: true },
    { identity: 'ab'.repeat(32), role: 'member', name: undefined, isSelf: false },
  ],
})

const directory: Directory = {
  contacts: new Map([[maren.id, maren]]),
  channels: new Map([[kitchen.id, kitchen]]),
  self: ownIdentity,
}

describe('a conversation', () => {
  test('is called as its contact or channel is', () => {
    expect(conversationName(directory, 'maren')).toBe('Maren')
    expect(conversationName(directory, 'kitchen')).toBe('Kitchen table')
    expect(conversationName(directory, 'gone')).toBe('Somebody')
  })

  test('is found by either name', () => {
    expect(findConversation(directory, 'mar').id).toBe('maren')
    expect(findConversation(directory, 'kitchen table').id).toBe('kitchen')
    expect(() => findConversation(directory, 'Kitchn')).toThrow('Kitchn')
  })
})

test('people are called as they are known there, and we are You', () => {
  expect(personName(directory, 'maren', identityOf('maren'))).toBe('Maren')
  expect(personName(directory, 'kitchen', ownIdentity)).toBe('You')
  expect(personName(directory, 'kitchen', identityOf('maren'))).toBe('Maren')
  expect(personName(directory, 'kitchen', 'ab'.repeat(32))).toBe('abababab…')
})

test('who joins has a name by the time that it is told', async () => {
  let now: Channel = kitchen
  const channels: unknown = { all: async () => [kitchen], get: async () => now }
  const live = await LiveDirectory.of({
    contacts: async () => [maren],
    channels: channels as Messenger['channels'],
    identity: ownIdentity,
  })
  const identity = 'cd'.repeat(32)
  now = {
    ...kitchen,
    members: [...kitchen.members, { identity, role: 'member', name: 'Ilse', isSelf: false }],
  }
  const notice = { kind: 'member', identity, change: 'joined' } as const
  const message = sampleMessage({ conversation: 'kitchen', order: 1, kind: 'notice', notice })
  await live.note({ type: 'message', message })
  expect(personName(live, 'kitchen', identity)).toBe('Ilse')
})

import { describe, expect, test } from 'vitest'
import { channel, identityOf, openChannels } from '#relay/channels/channels-for-tests.ts'
import { createChannel } from '#relay/channels/create.ts'
import { createInvite } from '#relay/channels/invite.ts'
import { joinChannel } from '#relay/channels/join.ts'
import { leaveChannel } from '#relay/channels/leave.ts'
import { setAccess } from '#relay/channels/set-access.ts'

const [ann, bob, cat] = [identityOf(1), identityOf(2), identityOf(3)]
const policy = { maxMembers: 10, autoCreate: true }
const metadata = Uint8Array.of(1, 2)

async function open() {
  const at = await openChannels(ann, bob, cat)
  await at.rooms.enter(ann, 'ann')
  await at.rooms.enter(bob, 'bob')
  return at
}

describe('Making a channel', () => {
  test('makes the creator its owner, who is in the room at once', async () => {
    const at = await open()
    const made = await createChannel(at, ann, { channel, metadata, access: 'private' })
    expect(made).toBe('created')
    expect(await at.channels.membership(channel, ann)).toMatchObject({
      role: 'owner',
      joinedAtMillis: at.clock.now(),
    })
    expect(await at.channels.metadata(channel)).toEqual(metadata)
    expect(await at.channels.access(channel)).toBe('private')
    expect([...at.rooms.listenersIn(channel)]).toEqual(['ann'])
  })

  test('that is there already changes nothing', async () => {
    const at = await open()
    await createChannel(at, ann, { channel, metadata, access: 'public' })
    const again = await createChannel(at, bob, { channel, metadata, access: 'public' })
    expect(again).toBe('exists')
    expect([...at.rooms.listenersIn(channel)]).toEqual(['ann'])
  })
})

describe('Joining a channel', () => {
  test('makes it when nobody knows it, with an empty name, for everybody', async () => {
    const at = await open()
    const joined = await joinChannel(at, channel, ann, undefined, policy)
    expect(joined).toEqual({ kind: 'joined', isNew: true, wasMade: true })
    expect(await at.channels.metadata(channel)).toEqual(new Uint8Array(32))
    expect(await at.channels.access(channel)).toBe('public')
    expect([...at.rooms.listenersIn(channel)]).toEqual(['ann'])
  })

  test('does not make it when the relay is not to', async () => {
    const at = await open()
    const strict = { ...policy, autoCreate: false }
    expect(await joinChannel(at, channel, ann, undefined, strict)).toEqual({
      kind: 'unknown-channel',
    })
    expect([...at.rooms.listenersIn(channel)]).toEqual([])
  })

  test('keeps to the number of members that there may be', async () => {
    const at = await open()
    await createChannel(at, ann, { channel, metadata, access: 'public' })
    const small = { ...policy, maxMembers: 1 }
    expect(await joinChannel(at, channel, bob, undefined, small)).toEqual({ kind: 'full' })
    expect([...at.rooms.listenersIn(channel)]).toEqual(['ann'])
  })

  test('that is private takes an invitation that is good for so many and so long', async () => {
    const at = await open()
    await createChannel(at, ann, { channel, metadata, access: 'private' })
    expect(await joinChannel(at, channel, bob, undefined, policy)).toEqual({
      kind: 'invite-needed',
    })
    const made = await createInvite(at, channel, ann, { uses: 1, ttlMillis: 1000 })
    if (made.kind !== 'made') throw new Error('Not made')
    expect(made.token).toHaveLength(32)
    expect(made.expiresAtMillis).toBe(at.clock.now() + 1000)
    expect(await joinChannel(at, channel, bob, made.token, policy)).toMatchObject({
      kind: 'joined',
    })
    expect(await joinChannel(at, channel, cat, made.token, policy)).toEqual({
      kind: 'invite-refused',
    })
    const next = await createInvite(at, channel, bob, { uses: 9, ttlMillis: 1000 })
    if (next.kind !== 'made') throw new Error('Not made')
    at.clock.advance(1000)
    expect(await joinChannel(at, channel, cat, next.token, policy)).toEqual({
      kind: 'invite-refused',
    })
    expect([...at.rooms.listenersIn(channel)]).toEqual(['ann', 'bob'])
  })
})

describe('An invitation', () => {
  test('is made by members only', async () => {
    const at = await open()
    await createChannel(at, ann, { channel, metadata, access: 'private' })
    const terms = { uses: 1, ttlMillis: undefined }
    expect(await createInvite(at, channel, bob, terms)).toEqual({ kind: 'not-a-member' })
    expect(await createInvite(at, channel, ann, terms)).toMatchObject({
      expiresAtMillis: undefined,
    })
  })

  test('is kept as a hash, from which nobody learns the token', async () => {
    const at = await open()
    await createChannel(at, ann, { channel, metadata, access: 'private' })
    const kept: unknown[] = []
    const channels = Object.assign(Object.create(at.channels), {
      membership: () => at.channels.membership(channel, ann),
      invite: async (_: unknown, invite: { readonly hash: Uint8Array }) => {
        kept.push(invite.hash)
      },
    })
    const made = await createInvite({ ...at, channels }, channel, ann, {
      uses: 1,
      ttlMillis: undefined,
    })
    if (made.kind !== 'made') throw new Error('Not made')
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', made.token.slice().buffer))
    expect(kept).toEqual([digest])
  })
})

describe('Leaving a channel', () => {
  test('takes the member out of the room', async () => {
    const at = await open()
    await joinChannel(at, channel, ann, undefined, policy)
    await joinChannel(at, channel, bob, undefined, policy)
    expect(await leaveChannel(at, channel, ann)).toBe(true)
    expect(await at.channels.membership(channel, ann)).toBeUndefined()
    expect([...at.rooms.listenersIn(channel)]).toEqual(['bob'])
  })

  test('is nothing for a stranger', async () => {
    const at = await open()
    await joinChannel(at, channel, ann, undefined, policy)
    expect(await leaveChannel(at, channel, bob)).toBe(false)
    expect([...at.rooms.listenersIn(channel)]).toEqual(['ann'])
  })
})

describe('Who may come in', () => {
  test('is said by the owner alone', async () => {
    const at = await open()
    await joinChannel(at, channel, ann, undefined, policy)
    await joinChannel(at, channel, bob, undefined, policy)
    await at.channels.setRole(channel, bob, 'moderator')
    expect(await setAccess(at, channel, bob, 'private')).toBe('not-the-owner')
    expect(await setAccess(at, channel, cat, 'private')).toBe('not-the-owner')
    expect(await at.channels.access(channel)).toBe('public')
    expect(await setAccess(at, channel, ann, 'private')).toBe('set')
    expect(await at.channels.access(channel)).toBe('private')
  })
})

import { describe, expect, test } from 'vitest'
import { ban, listBans, unban } from '#relay/channels/ban.ts'
import {
  channel,
  forwarding,
  identityOf,
  openChannels,
} from '#relay/channels/channels-for-tests.ts'
import { createInvite } from '#relay/channels/invite.ts'
import { joinChannel } from '#relay/channels/join.ts'
import { leaveChannel } from '#relay/channels/leave.ts'
import { setAccess } from '#relay/channels/set-access.ts'
import { setRole } from '#relay/channels/set-role.ts'

const [owner, mod, other, plain, stranger] = [
  identityOf(1),
  identityOf(2),
  identityOf(3),
  identityOf(4),
  identityOf(5),
]
const policy = { maxMembers: 10, autoCreate: true }

/** A channel with an owner, two moderators and a plain member, all online. */
async function open() {
  const at = await openChannels(owner, mod, other, plain, stranger)
  const names = new Map([
    [owner, 'owner'],
    [mod, 'mod'],
    [other, 'other'],
    [plain, 'plain'],
  ])
  for (const [identity, name] of names) {
    await at.rooms.enter(identity, name)
    await joinChannel(at, channel, identity, undefined, policy)
  }
  await setRole(at, channel, owner, mod, 'moderator')
  await setRole(at, channel, owner, other, 'moderator')
  return at
}

describe('A role', () => {
  test('is given by the owner', async () => {
    const at = await open()
    expect(await setRole(at, channel, owner, plain, 'moderator')).toBe('set')
    expect(await at.channels.membership(channel, plain)).toMatchObject({ role: 'moderator' })
    expect(await setRole(at, channel, owner, plain, 'member')).toBe('set')
    expect(await at.channels.membership(channel, plain)).toMatchObject({ role: 'member' })
  })

  test('is given by nobody else, nor to oneself, nor to strangers', async () => {
    const at = await open()
    for (const actor of [mod, plain, stranger]) {
      expect(await setRole(at, channel, actor, plain, 'moderator')).toBe('not-the-owner')
      expect(await setRole(at, channel, actor, actor, 'moderator')).toBe('not-the-owner')
    }
    expect(await setRole(at, channel, owner, owner, 'member')).toBe('own-role')
    expect(await setRole(at, channel, owner, stranger, 'moderator')).toBe('not-a-member')
    expect(await at.channels.membership(channel, plain)).toMatchObject({ role: 'member' })
    expect(await at.channels.membership(channel, owner)).toMatchObject({ role: 'owner' })
  })
})

describe('What an owner asks for', () => {
  test('while leaving comes too late', async () => {
    const opened = await open()
    const channels = forwarding(opened.channels, {
      async leave(id, identity) {
        await new Promise((resolve) => setImmediate(resolve))
        return opened.channels.leave(id, identity)
      },
    })
    const at = { ...opened, channels }
    const roles = await Promise.all([
      leaveChannel(at, channel, owner),
      setRole(at, channel, owner, plain, 'moderator'),
      setAccess(at, channel, owner, 'private'),
      createInvite(at, channel, owner, { uses: 1, ttlMillis: undefined }),
    ])
    expect(roles).toEqual([true, 'not-the-owner', 'not-the-owner', { kind: 'not-a-member' }])
  })
})

describe('A ban', () => {
  test('ends a membership and keeps out until it is lifted', async () => {
    const at = await open()
    expect(await ban(at, channel, mod, plain, 'noise')).toEqual({
      kind: 'banned',
      wasMember: true,
    })
    expect([...at.rooms.listenersIn(channel)]).toEqual(['owner', 'mod', 'other'])
    expect(await joinChannel(at, channel, plain, undefined, policy)).toEqual({ kind: 'banned' })
    expect([...at.rooms.listenersIn(channel)]).toEqual(['owner', 'mod', 'other'])
    expect(await listBans(at, channel, owner)).toEqual([{ identity: plain, reason: 'noise' }])
    expect(await unban(at, channel, other, plain)).toBe('unbanned')
    expect(await listBans(at, channel, mod)).toEqual([])
    expect(await joinChannel(at, channel, plain, undefined, policy)).toMatchObject({
      kind: 'joined',
    })
  })

  test('may come before a membership', async () => {
    const at = await open()
    expect(await ban(at, channel, owner, stranger, undefined)).toEqual({
      kind: 'banned',
      wasMember: false,
    })
    expect(await joinChannel(at, channel, stranger, undefined, policy)).toEqual({
      kind: 'banned',
    })
  })

  test('of a moderator is for the owner alone', async () => {
    const at = await open()
    expect(await ban(at, channel, mod, other, undefined)).toEqual({ kind: 'not-the-owner' })
    expect(await at.channels.membership(channel, other)).toBeDefined()
    expect(await ban(at, channel, owner, other, undefined)).toMatchObject({ kind: 'banned' })
  })

  test('is not for members and strangers, and not against the owner or oneself', async () => {
    const at = await open()
    for (const actor of [plain, stranger]) {
      expect(await ban(at, channel, actor, mod, undefined)).toEqual({ kind: 'not-a-moderator' })
      expect(await ban(at, channel, actor, actor, undefined)).toEqual({ kind: 'not-a-moderator' })
      expect(await unban(at, channel, actor, mod)).toBe('not-a-moderator')
      expect(await listBans(at, channel, actor)).toBeUndefined()
    }
    expect(await ban(at, channel, mod, owner, undefined)).toEqual({ kind: 'target-is-owner' })
    expect(await ban(at, channel, mod, mod, undefined)).toEqual({ kind: 'self' })
    expect(await ban(at, channel, owner, owner, undefined)).toEqual({ kind: 'self' })
    expect(await at.channels.bans(channel)).toEqual([])
    expect(await at.channels.members(channel)).toHaveLength(4)
  })

  test('and what decides about it happen one after the other', async () => {
    const at = await open()
    // Asked for at once: the moderator is none any more when its ban is looked at.
    const outcomes = await Promise.all([
      setRole(at, channel, owner, mod, 'member'),
      ban(at, channel, mod, plain, undefined),
    ])
    expect(outcomes).toEqual(['set', { kind: 'not-a-moderator' }])
    // And the plain member is a moderator when it is banned by one.
    const later = await Promise.all([
      setRole(at, channel, owner, plain, 'moderator'),
      ban(at, channel, other, plain, undefined),
    ])
    expect(later).toEqual(['set', { kind: 'not-the-owner' }])
    const last = await Promise.all([
      leaveChannel(at, channel, other),
      ban(at, channel, other, plain, undefined),
    ])
    expect(last).toEqual([true, { kind: 'not-a-moderator' }])
  })
})

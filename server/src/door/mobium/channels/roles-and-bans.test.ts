import { describe, expect, test } from 'vitest'
import { identityOf, type FakeClient } from '#door/mobium/client-for-tests.ts'
import { channelName } from '#door/mobium/client.ts'
import { channel, openWorld } from '#door/mobium/channels/world-for-tests.ts'

const about = (type: 'ban_user' | 'unban_user', target: FakeClient) =>
  ({ type, channel_id: channel, target_pubkey: target.identity }) as const
const setRole = (target: FakeClient, role: 'moderator' | 'member') =>
  ({ type: 'set_role', channel_id: channel, target_pubkey: target.identity, role }) as const
const getBans = { type: 'get_bans', channel_id: channel } as const
const join = { type: 'join_channel', channel_id: channel } as const

/** An owner, a moderator, a plain member, and a stranger. */
async function open() {
  const world = openWorld()
  const [owner, mod, plain, stranger] = [
    await world.logIn(1),
    await world.logIn(2),
    await world.logIn(3),
    await world.logIn(4),
  ]
  await world.join(owner, mod, plain)
  await world.say(owner, setRole(mod, 'moderator'))
  mod.take()
  return { world, owner, mod, plain, stranger }
}

describe('set_role', () => {
  test('answers the owner, and tells whom it is about on all sockets', async () => {
    const { world, owner, plain } = await open()
    const desk = await world.logIn(3, { device: 2 })
    expect(await world.say(owner, setRole(plain, 'moderator'))).toEqual([
      {
        type: 'role_set',
        channel_id: channel,
        target_pubkey: plain.identity,
        role: 'moderator',
      },
    ])
    const updated = [{ type: 'role_updated', channel_id: channel, role: 'moderator' }]
    expect([plain.take(), desk.take()]).toEqual([updated, updated])
    const [members] = await world.say(plain, { type: 'get_members', channel_id: channel })
    expect(members).toMatchObject({
      members_with_keys: [{ role: 'owner' }, { role: 'moderator' }, { role: 'moderator' }],
    })
  })

  test('is refused with the words of the original', async () => {
    const { world, owner, mod, plain, stranger } = await open()
    const ownerOnly = ['not-allowed', 'Only the channel owner can set roles']
    for (const client of [mod, plain, stranger]) {
      expect(await world.refusal(client, setRole(plain, 'moderator'))).toEqual(ownerOnly)
    }
    expect(await world.refusal(owner, setRole(owner, 'member'))).toEqual([
      'not-allowed',
      'Cannot change your own role',
    ])
    expect(await world.refusal(owner, setRole(stranger, 'member'))).toEqual(['not-a-member'])
    expect(plain.take()).toEqual([])
    expect(stranger.take()).toEqual([])
  })

  test('is refused for what nobody can be called', async () => {
    const { world, owner } = await open()
    const message = { ...setRole(owner, 'member'), target_pubkey: new Uint8Array(31) }
    expect(await world.refusal(owner, message)).toEqual(['malformed'])
  })
})

describe('ban_user', () => {
  test('tells the banned one on all sockets, and those who stay as when somebody leaves', async () => {
    const { world, owner, mod, plain } = await open()
    const desk = await world.logIn(3, { device: 2 })
    const left = { type: 'member_left', channel_id: channel, member: plain.identity }
    expect(await world.say(mod, { ...about('ban_user', plain), reason: 'noise' })).toEqual([
      left,
      { type: 'user_banned', channel_id: channel, target_pubkey: plain.identity },
    ])
    expect(owner.take()).toEqual([left])
    const banned = [{ type: 'banned', channel_id: channel, reason: 'noise' }]
    expect([plain.take(), desk.take()]).toEqual([banned, banned])
    expect(world.ended).toEqual([`${channelName(channel)} ${plain.name}`])
  })

  test('keeps out of the channel, of its history and of what is said in it', async () => {
    const { world, owner, plain } = await open()
    await world.say(owner, about('ban_user', plain))
    plain.take()
    expect(await world.refusal(plain, join)).toEqual([
      'banned',
      'You are banned from this channel',
      'banned',
    ])
    const message = {
      type: 'channel_message',
      channel_id: channel,
      payload: new Uint8Array(1),
      bucket_size: 0,
    } as const
    expect(await world.refusal(plain, message)).toEqual(['not-a-member'])
    world.clock.advance(1000)
    await world.say(owner, message)
    expect(plain.take()).toEqual([])
    const again = await world.logIn(3)
    await world.say(owner, message)
    expect(again.take()).toEqual([])
    expect(await world.say(again, { type: 'get_history', channel_id: channel })).toMatchObject([
      { count: 0 },
    ])
  })

  test('of a stranger tells nobody but who asked for it', async () => {
    const { world, owner, mod, stranger } = await open()
    expect(await world.say(owner, { ...about('ban_user', stranger), reason: 'hello' })).toEqual([
      { type: 'user_banned', channel_id: channel, target_pubkey: stranger.identity },
    ])
    expect([stranger.take(), mod.take()]).toEqual([[], []])
    expect(world.ended).toEqual([])
    expect(await world.reason(stranger, join)).toBe('banned')
  })

  test('is refused with the words of the original', async () => {
    const { world, owner, mod, plain, stranger } = await open()
    const ban = async (actor: FakeClient, target: FakeClient) =>
      (await world.refusal(actor, about('ban_user', target)))[1]
    expect(await ban(plain, mod)).toBe('Only owner or moderator can ban users')
    expect(await ban(stranger, plain)).toBe('Only owner or moderator can ban users')
    expect(await ban(mod, owner)).toBe('Cannot ban the channel owner')
    expect(await ban(mod, mod)).toBe('Cannot ban yourself')
    expect(await ban(owner, owner)).toBe('Cannot ban yourself')
    await world.say(owner, setRole(plain, 'moderator'))
    expect(await ban(mod, plain)).toBe('Only the owner can ban moderators')
    expect(await world.channels.members(channel)).toHaveLength(3)
    expect(world.ended).toEqual([])
  })
})

describe('unban_user and get_bans', () => {
  test('show who is banned, and let them in again', async () => {
    const { world, owner, mod, plain, stranger } = await open()
    await world.say(owner, { ...about('ban_user', plain), reason: 'noise' })
    await world.say(owner, about('ban_user', stranger))
    mod.take()
    expect(await world.say(mod, getBans)).toEqual([
      {
        type: 'bans_list',
        channel_id: channel,
        bans: [
          { pubkey: plain.identity, reason: 'noise' },
          { pubkey: stranger.identity, reason: null },
        ],
      },
    ])
    expect(await world.say(mod, about('unban_user', plain))).toEqual([
      { type: 'user_unbanned', channel_id: channel, target_pubkey: plain.identity },
    ])
    plain.take()
    expect(await world.say(plain, join)).toEqual([{ type: 'channel_joined', channel_id: channel }])
    expect(await world.say(mod, getBans)).toMatchObject([
      { type: 'member_joined' },
      { bans: [{ pubkey: identityOf(4) }] },
    ])
  })

  test('are refused with the words of the original', async () => {
    const { world, plain, stranger } = await open()
    for (const client of [plain, stranger]) {
      expect(await world.refusal(client, about('unban_user', plain))).toEqual([
        'not-allowed',
        'Only owner or moderator can unban users',
      ])
      expect(await world.refusal(client, getBans)).toEqual([
        'not-allowed',
        'Only owner or moderator can view bans',
      ])
    }
  })
})

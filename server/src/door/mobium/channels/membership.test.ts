import { describe, expect, test } from 'vitest'
import { channelName } from '#door/mobium/client.ts'
import { channel, elsewhere, metadata, openWorld } from '#door/mobium/channels/world-for-tests.ts'

const create = {
  type: 'create_channel',
  channel_id: channel,
  encrypted_metadata: metadata,
} as const
const join = { type: 'join_channel', channel_id: channel } as const
const leave = { type: 'leave_channel', channel_id: channel } as const
const send = {
  type: 'channel_message',
  channel_id: channel,
  payload: Uint8Array.of(9),
  bucket_size: 0,
} as const

describe('create_channel', () => {
  test('mobium 37: a new id makes a channel, and the same id again is refused', async () => {
    const world = openWorld()
    const ann = await world.logIn(1)
    expect(await world.say(ann, create)).toEqual([{ type: 'channel_created', channel_id: channel }])
    expect(await world.refusal(ann, create)).toEqual(['channel-exists'])
    expect(await world.refusal(await world.logIn(2), create)).toEqual(['channel-exists'])
  })

  test('mobium 38: the creator is the only member', async () => {
    const world = openWorld()
    const ann = await world.logIn(1)
    await world.say(ann, create)
    const [members] = await world.say(ann, { type: 'get_members', channel_id: channel })
    expect(members).toMatchObject({ type: 'members_response', members: [ann.identity] })
  })
})

describe('join_channel', () => {
  test('mobium 39: an unknown id is made, and the answer is channel_joined', async () => {
    const world = openWorld()
    const ann = await world.logIn(1)
    expect(await world.say(ann, join)).toEqual([{ type: 'channel_joined', channel_id: channel }])
    expect(await world.channels.membership(channel, ann.identity)).toMatchObject({
      role: 'owner',
    })
  })

  test('of an unknown id is refused where joining makes nothing', async () => {
    const world = openWorld({ policy: { autoCreate: false } })
    const ann = await world.logIn(1)
    expect(await world.refusal(ann, join)).toEqual(['unknown-channel'])
  })

  test('is refused in a full channel', async () => {
    const world = openWorld({ policy: { maxMembers: 1 } })
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann)
    expect(await world.refusal(bob, join)).toEqual(['channel-full'])
    expect(ann.take()).toEqual([])
  })

  test('mobium 40: members who are online hear of who joins, and who joins does not', async () => {
    const world = openWorld()
    const [ann, bob, cat] = [await world.logIn(1), await world.logIn(2), await world.logIn(3)]
    await world.join(ann, cat)
    world.logOut(cat)
    expect(await world.say(bob, join)).toEqual([{ type: 'channel_joined', channel_id: channel }])
    expect(ann.take()).toEqual([
      { type: 'member_joined', channel_id: channel, member: bob.identity },
    ])
    expect(cat.take()).toEqual([])
  })

  test('mobium 41: who joins again is announced again, and has joined when they first did', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    const before = await world.channels.membership(channel, bob.identity)
    world.clock.advance(60_000)
    await world.say(bob, join)
    expect(ann.take()).toEqual([
      { type: 'member_joined', channel_id: channel, member: bob.identity },
    ])
    expect(await world.channels.membership(channel, bob.identity)).toEqual(before)
  })

  test('does not tell the other sockets of who joins', async () => {
    const world = openWorld()
    const [phone, desk] = [await world.logIn(1), await world.logIn(1, { device: 2 })]
    await world.say(phone, join)
    expect(desk.take()).toEqual([])
    const bob = await world.logIn(2)
    await world.say(bob, join)
    const joined = { type: 'member_joined', channel_id: channel, member: bob.identity }
    expect([phone.take(), desk.take()]).toEqual([[joined], [joined]])
  })

  test('counts for every later login', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    world.logOut(ann)
    const again = await world.logIn(1)
    await world.say(bob, send)
    expect(ann.take()).toEqual([])
    expect(again.take()).toHaveLength(1)
  })
})

describe('leave_channel', () => {
  test('mobium 55: those who stay hear of it, and who left may not write any more', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    expect(await world.say(bob, leave)).toEqual([{ type: 'channel_left', channel_id: channel }])
    expect(ann.take()).toEqual([{ type: 'member_left', channel_id: channel, member: bob.identity }])
    expect(await world.refusal(bob, send)).toEqual(['not-a-member'])
    await world.say(ann, send)
    expect(bob.take()).toEqual([])
  })

  test('mobium 56: after the last member nobody is told, and the id can be joined again', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann)
    expect(await world.say(ann, leave)).toEqual([{ type: 'channel_left', channel_id: channel }])
    expect(await world.say(bob, join)).toEqual([{ type: 'channel_joined', channel_id: channel }])
    expect(ann.take()).toEqual([])
    expect(await world.channels.membership(channel, bob.identity)).toMatchObject({ role: 'owner' })
  })

  test('mobium 57: of a stranger nobody hears', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann)
    expect(await world.say(bob, leave)).toEqual([{ type: 'channel_left', channel_id: channel }])
    expect(await world.say(bob, { ...leave, channel_id: elsewhere })).toEqual([
      { type: 'channel_left', channel_id: elsewhere },
    ])
    expect(ann.take()).toEqual([])
    expect(world.ended).toEqual([])
  })

  test('ends the call of who leaves', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    await world.say(bob, leave)
    expect(world.ended).toEqual([`${channelName(channel)} ${bob.name}`])
  })
})

/**
 * @module Who has a say in a channel, and who must go (mobium reference §1.14; W29).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import {
  arrive,
  depart,
  gather,
  joinChannel,
  requestFailed,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw, Person, text } from '#door/mobium/contract/person-for-tests.ts'
import { closed, invite, join, refusal } from '#door/mobium/contract/doors-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

describe('Roles', () => {
  test('are given by the owner, and told to who gets one', async () => {
    using owner = await arrive(relay)
    using member = await arrive(relay)
    const channel_id = await gather(owner, member)
    const set = { type: 'set_role', channel_id, target_pubkey: member.name, role: 'moderator' }
    expect(await member.ask(set)).toEqual(refusal('Only the channel owner can set roles'))
    expect(await owner.ask(set)).toEqual({ ...set, type: 'role_set' })
    expect(await member.next()).toEqual({ type: 'role_updated', channel_id, role: 'moderator' })
    expect(await owner.ask({ ...set, target_pubkey: owner.name })).toEqual(
      refusal('Cannot change your own role'),
    )
    expect((await owner.ask({ ...set, role: 'owner' })).type).toBe('error')
    expect((await owner.ask({ ...set, target_pubkey: draw() })).type).toBe('error')
    const { members_with_keys } = await owner.ask({ type: 'get_members', channel_id })
    expect(members_with_keys).toMatchObject([{ role: 'owner' }, { role: 'moderator' }])
  })

  test('a channel whose owner leaves has another', async () => {
    using owner = await arrive(relay)
    using member = await arrive(relay)
    const channel_id = await gather(owner, member)
    await owner.ask({ type: 'leave_channel', channel_id })
    await member.sofar()
    const { members_with_keys } = await member.ask({ type: 'get_members', channel_id })
    expect(members_with_keys).toMatchObject([{ ed25519: member.name, role: 'owner' }])
  })
})

describe('A ban', () => {
  const ban = (channel_id: string, { name }: { readonly name: string }, reason?: string) => ({
    type: 'ban_user',
    channel_id,
    target_pubkey: name,
    ...(reason === undefined ? {} : { reason }),
  })

  test('is told to all: who did it, whom it met, and who stays', async () => {
    using owner = await arrive(relay)
    using member = await arrive(relay)
    using target = await arrive(relay)
    const channel_id = await gather(owner, member, target)
    const target_pubkey = target.name
    owner.send(ban(channel_id, target, 'spam'))
    const left = { type: 'member_left', channel_id, member: target.name }
    const told = await owner.sofar()
    expect(told).toHaveLength(2)
    expect(told).toContainEqual(left)
    expect(told).toContainEqual({ type: 'user_banned', channel_id, target_pubkey })
    expect(await member.sofar()).toEqual([left])
    expect(await target.sofar()).toEqual([{ type: 'banned', channel_id, reason: 'spam' }])
    const said = { type: 'channel_message', channel_id, payload: '01', bucket_size: 0 }
    expect(await target.ask(said)).toEqual(requestFailed)
    await owner.ask(said)
    await target.expectNothing()
    expect(await target.ask(join(channel_id))).toEqual({
      type: 'error',
      code: 'banned',
      message: 'You are banned from this channel',
    })
  })

  test('ends the voice of whom it meets, and so does leaving', async () => {
    using owner = await arrive(relay)
    using target = await arrive(relay)
    using leaver = await arrive(relay)
    const channel_id = await gather(owner, target, leaver)
    for (const client of [owner, target, leaver]) {
      client.send({ type: 'join_voice', channel_id })
      await client.upTo('voice_state')
    }
    for (const client of [owner, target, leaver]) await client.sofar()
    const voice = { type: 'voice_left', channel_id }
    owner.send(ban(channel_id, target))
    const told = await owner.sofar()
    expect(told).toContainEqual({ ...voice, pubkey: target.name })
    expect(await leaver.sofar()).toContainEqual({ ...voice, pubkey: target.name })
    owner.send({ type: 'voice_data', channel_id, audio: '01', seq: 1 })
    await owner.expectNothing()
    const heard = await target.sofar()
    expect(heard.filter(({ type }) => type === 'voice_data')).toEqual([])
    expect((await target.ask({ type: 'join_voice', channel_id })).type).toBe('error')
    await leaver.sofar()
    await leaver.ask({ type: 'leave_channel', channel_id })
    expect(await owner.sofar()).toContainEqual({ ...voice, pubkey: leaver.name })
    owner.send({ type: 'voice_data', channel_id, audio: '02', seq: 2 })
    await owner.expectNothing()
    await leaver.expectNothing()
  })

  test('meets who is not there, holds, and can be ended', async () => {
    using owner = await arrive(relay)
    const away = await arrive(relay)
    const channel_id = await gather(owner, away)
    const person = await depart(relay, away)
    owner.send(ban(channel_id, person))
    await owner.upTo('user_banned')
    const stranger = Person.draw()
    expect(await owner.ask(ban(channel_id, stranger, 'known elsewhere'))).toMatchObject({
      type: 'user_banned',
    })
    expect(await owner.ask({ type: 'get_bans', channel_id })).toEqual({
      type: 'bans_list',
      channel_id,
      bans: [
        { pubkey: person.name, reason: null },
        { pubkey: stranger.name, reason: 'known elsewhere' },
      ],
    })
    using back = await arrive(relay, { person })
    expect(await back.ask(join(channel_id))).toMatchObject({ code: 'banned' })
    const target_pubkey = person.name
    expect(await owner.ask({ type: 'unban_user', channel_id, target_pubkey })).toEqual({
      type: 'user_unbanned',
      channel_id,
      target_pubkey,
    })
    expect((await back.ask(join(channel_id))).type).toBe('channel_joined')
  })

  test('is for the owner and moderators, and not against each other or oneself', async () => {
    using owner = await arrive(relay)
    using moderator = await arrive(relay)
    using second = await arrive(relay)
    using member = await arrive(relay)
    using stranger = await arrive(relay)
    const channel_id = await gather(owner, moderator, second, member)
    for (const { name } of [moderator, second]) {
      const role = { type: 'set_role', channel_id, role: 'moderator' }
      await owner.ask({ ...role, target_pubkey: name })
    }
    for (const client of [moderator, second]) await client.sofar()
    for (const client of [member, stranger]) {
      expect(await client.ask(ban(channel_id, second))).toEqual(
        refusal('Only owner or moderator can ban users'),
      )
      expect(await client.ask({ type: 'unban_user', channel_id, target_pubkey: draw() })).toEqual(
        refusal('Only owner or moderator can unban users'),
      )
      expect(await client.ask({ type: 'get_bans', channel_id })).toEqual(
        refusal('Only owner or moderator can view bans'),
      )
    }
    expect(await moderator.ask(ban(channel_id, owner))).toEqual(
      refusal('Cannot ban the channel owner'),
    )
    expect(await moderator.ask(ban(channel_id, second))).toEqual(
      refusal('Only the owner can ban moderators'),
    )
    expect(await owner.ask(ban(channel_id, owner))).toEqual(refusal('Cannot ban yourself'))
    moderator.send(ban(channel_id, member))
    await moderator.upTo('user_banned')
    owner.send(ban(channel_id, second))
    await owner.upTo('user_banned')
  })

  test('takes the invitation along: it does not open the door again', async () => {
    using owner = await arrive(relay)
    using guest = await arrive(relay)
    const channel_id = await closed(owner)
    const { invite_token } = await invite(owner, channel_id, { max_uses: 10 })
    await guest.ask(join(channel_id, invite_token))
    owner.send(ban(channel_id, guest))
    await owner.upTo('user_banned')
    await guest.sofar()
    expect(await guest.ask(join(channel_id, invite_token))).toMatchObject({ code: 'banned' })
  })

  test('takes the sender keys along that waited', async () => {
    using owner = await arrive(relay)
    using target = await arrive(relay)
    const channel_id = await gather(owner, target)
    await owner.ask({
      type: 'sender_key_distribution',
      channel_id,
      sender_x25519_pub: draw(),
      distributions: [{ recipient: target.name, encrypted_dist: text('key') }],
    })
    owner.send(ban(channel_id, target))
    await owner.upTo('user_banned')
    const unban = { type: 'unban_user', channel_id, target_pubkey: target.name }
    await owner.ask(unban)
    await target.sofar()
    expect(await joinChannel(target, channel_id)).toEqual([{ type: 'channel_joined', channel_id }])
  })
})

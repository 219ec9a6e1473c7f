/**
 * @module Channels into which one must be invited (mobium reference §1.14; W10).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import {
  arrive,
  gather,
  joinChannel,
  startLive,
} from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw } from '#door/mobium/contract/person-for-tests.ts'
import { closed, invite, join, refusal } from '#door/mobium/contract/doors-for-tests.ts'

let ahead = 0
let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({ clock: { now: () => Date.now() + ahead } })
})
afterAll(() => relay[Symbol.asyncDispose]())

describe('A private channel', () => {
  test('takes nobody without an invitation, and members as before', async () => {
    using owner = await arrive(relay)
    using stranger = await arrive(relay)
    const channel_id = await closed(owner)
    expect(await stranger.ask(join(channel_id))).toEqual(
      refusal('This channel is private. An invite token is required.'),
    )
    await owner.expectNothing()
    expect(await owner.ask(join(channel_id))).toEqual({ type: 'channel_joined', channel_id })
  })

  test('is made of a public one by its owner, and back', async () => {
    using owner = await arrive(relay)
    using member = await arrive(relay)
    using stranger = await arrive(relay)
    const channel_id = await gather(owner, member)
    const set = { type: 'set_channel_access', channel_id, access_mode: 'private' }
    for (const client of [member, stranger]) {
      expect(await client.ask(set)).toEqual(
        refusal('Only the channel creator can change access mode'),
      )
    }
    expect(await owner.ask(set)).toEqual({ ...set, type: 'channel_access_updated' })
    expect((await stranger.ask(join(channel_id))).type).toBe('error')
    expect((await owner.ask({ ...set, access_mode: 'secret' })).type).toBe('error')
    await owner.ask({ ...set, access_mode: 'public' })
    await joinChannel(stranger, channel_id)
  })

  test('takes whom a member invited, once unless told', async () => {
    using owner = await arrive(relay)
    using guest = await arrive(relay)
    using second = await arrive(relay)
    const channel_id = await closed(owner)
    const invitation = await invite(owner, channel_id)
    expect(invitation).toEqual({
      type: 'invite_created',
      channel_id,
      invite_token: expect.stringMatching(/^[0-9a-f]{64}$/),
      max_uses: 1,
      expires_at: null,
    })
    const joining = join(channel_id, invitation['invite_token'])
    expect(await guest.ask(joining)).toEqual({ type: 'channel_joined', channel_id })
    expect(await second.ask(joining)).toEqual(refusal('Invalid or expired invite token'))
    // Somebody who is in needs none, and spends none.
    const more = await invite(guest, channel_id, { max_uses: 2 })
    expect((await guest.ask(join(channel_id, more['invite_token']))).type).toBe('channel_joined')
    expect((await second.ask(join(channel_id, more['invite_token']))).type).toBe('channel_joined')
  })

  test('takes an invitation as text or bytes, as clients write it', async () => {
    using owner = await arrive(relay)
    const channel_id = await closed(owner)
    const { invite_token: token } = await invite(owner, channel_id, { max_uses: 3 })
    for (const written of [
      token,
      [...Buffer.from(String(token), 'hex')],
      Buffer.from(String(token), 'hex'),
    ]) {
      using guest = await arrive(relay)
      guest.sendExactly({ type: 'join_channel', channel_id, invite_token: written })
      expect((await guest.next()).type).toBe('channel_joined')
    }
  })

  test('takes no invitation that is too old, of another channel, or of nobody', async () => {
    using owner = await arrive(relay)
    using guest = await arrive(relay)
    const channel_id = await closed(owner)
    const other = await closed(owner)
    const since = Math.floor((Date.now() + ahead) / 1000)
    const short = await invite(owner, channel_id, { ttl_seconds: 60 })
    expect(Number(short['expires_at']) - since).toBeGreaterThanOrEqual(60)
    expect(Number(short['expires_at']) - since).toBeLessThan(70)
    const elsewhere = await invite(owner, other)
    ahead += 61_000
    for (const token of [short['invite_token'], elsewhere['invite_token'], draw(), '', draw(64)]) {
      expect(await guest.ask(join(channel_id, token))).toEqual(
        refusal('Invalid or expired invite token'),
      )
    }
    // It was not spent on the wrong one.
    expect((await guest.ask(join(other, elsewhere['invite_token']))).type).toBe('channel_joined')
  })

  test('is not one into which strangers invite', async () => {
    using owner = await arrive(relay)
    using stranger = await arrive(relay)
    const channel_id = await closed(owner)
    expect(await stranger.ask({ type: 'create_invite', channel_id })).toEqual(
      refusal('You must be a channel member to create invites'),
    )
  })
})

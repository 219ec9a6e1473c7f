import { describe, expect, test } from 'vitest'
import type { FakeClient } from '#door/mobium/client-for-tests.ts'
import { channel, elsewhere, metadata, openWorld } from '#door/mobium/channels/world-for-tests.ts'

type World = ReturnType<typeof openWorld>

const join = { type: 'join_channel', channel_id: channel } as const
const invite = { type: 'create_invite', channel_id: channel } as const
const joined = [{ type: 'channel_joined', channel_id: channel }]

async function openPrivate() {
  const world = openWorld()
  const [ann, bob, cat] = [await world.logIn(1), await world.logIn(2), await world.logIn(3)]
  await world.say(ann, {
    type: 'create_channel',
    channel_id: channel,
    encrypted_metadata: metadata,
    access_mode: 'private',
  })
  return { world, ann, bob, cat }
}

async function tokenFrom(
  world: World,
  client: FakeClient,
  terms: { readonly max_uses?: number; readonly ttl_seconds?: number } = {},
): Promise<string> {
  const answer = (await world.say(client, { ...invite, ...terms })).at(-1)
  if (answer?.type !== 'invite_created') throw new Error('No invitation')
  return answer.invite_token
}

const withToken = (token: string) => ({
  ...join,
  invite_token: Uint8Array.from(Buffer.from(token, 'hex')),
})

describe('A private channel', () => {
  test('takes nobody without an invitation, or with one that is none', async () => {
    const { world, bob } = await openPrivate()
    expect(await world.refusal(bob, join)).toEqual([
      'invite-needed',
      'This channel is private. An invite token is required.',
    ])
    expect(await world.refusal(bob, withToken('00'.repeat(32)))).toEqual([
      'invite-refused',
      'Invalid or expired invite token',
    ])
    expect(await world.refusal(bob, withToken(''))).toEqual([
      'invite-refused',
      'Invalid or expired invite token',
    ])
    expect(await world.say(bob, { type: 'get_history', channel_id: channel })).toMatchObject([
      { count: 0 },
    ])
  })

  test('takes who was invited, once if nothing else was said', async () => {
    const { world, ann, bob, cat } = await openPrivate()
    const answer = (await world.say(ann, invite)).at(-1)
    expect(answer).toEqual({
      type: 'invite_created',
      channel_id: channel,
      invite_token: expect.stringMatching(/^[0-9a-f]{64}$/),
      max_uses: 1,
      expires_at: null,
    })
    const token = answer?.type === 'invite_created' ? answer.invite_token : ''
    expect(await world.say(bob, withToken(token))).toEqual(joined)
    expect(await world.reason(cat, withToken(token))).toBe('invite-refused')
  })

  test('takes a token that came as the letters of its text', async () => {
    const { world, ann, bob } = await openPrivate()
    const token = await tokenFrom(world, ann)
    const letters = Uint8Array.from(Buffer.from(token.toUpperCase(), 'latin1'))
    expect(await world.say(bob, { ...join, invite_token: letters })).toEqual(joined)
  })

  test('takes as many as the invitation says, for as long as it says', async () => {
    const { world, ann, bob, cat } = await openPrivate()
    const terms = { max_uses: 3, ttl_seconds: 60 }
    const answer = (await world.say(ann, { ...invite, ...terms })).at(-1)
    expect(answer).toMatchObject({ max_uses: 3, expires_at: world.clock.now() / 1000 + 60 })
    const token = answer?.type === 'invite_created' ? answer.invite_token : ''
    world.clock.advance(59_999)
    expect(await world.say(bob, withToken(token))).toEqual(joined)
    world.clock.advance(1)
    expect(await world.reason(cat, withToken(token))).toBe('invite-refused')
  })

  test('lets members in again without one, and without spending one', async () => {
    const { world, ann, bob, cat } = await openPrivate()
    const token = await tokenFrom(world, ann, { max_uses: 2 })
    expect(await world.say(bob, withToken(token))).toEqual(joined)
    expect(await world.say(bob, join)).toEqual(joined)
    expect(await world.say(bob, withToken(token))).toEqual(joined)
    expect(await world.say(cat, withToken(token))).toEqual(joined)
  })

  test('spends no invitation of another channel', async () => {
    const { world, ann, bob, cat } = await openPrivate()
    await world.say(cat, {
      type: 'create_channel',
      channel_id: elsewhere,
      encrypted_metadata: metadata,
      access_mode: 'private',
    })
    const token = await tokenFrom(world, ann)
    const wrong = { ...withToken(token), channel_id: elsewhere }
    expect(await world.reason(bob, wrong)).toBe('invite-refused')
    expect(await world.say(bob, withToken(token))).toEqual(joined)
  })

  test('is what its members invite to, and nobody else', async () => {
    const { world, ann, bob, cat } = await openPrivate()
    expect(await world.refusal(bob, invite)).toEqual([
      'not-a-member',
      'You must be a channel member to create invites',
    ])
    await world.say(bob, withToken(await tokenFrom(world, ann)))
    expect(await world.say(cat, withToken(await tokenFrom(world, bob)))).toEqual(joined)
  })
})

describe('set_channel_access', () => {
  const set = { type: 'set_channel_access', channel_id: channel } as const

  test('closes a channel, and opens it', async () => {
    const { world, ann, bob, cat } = await openPrivate()
    expect(await world.say(ann, { ...set, access_mode: 'public' })).toEqual([
      { type: 'channel_access_updated', channel_id: channel, access_mode: 'public' },
    ])
    expect(await world.say(bob, join)).toEqual(joined)
    await world.say(ann, { ...set, access_mode: 'private' })
    expect(await world.reason(cat, join)).toBe('invite-needed')
  })

  test('is for the owner', async () => {
    const { world, ann, bob, cat } = await openPrivate()
    await world.say(bob, withToken(await tokenFrom(world, ann)))
    const refusal = ['not-allowed', 'Only the channel creator can change access mode']
    expect(await world.refusal(bob, { ...set, access_mode: 'public' })).toEqual(refusal)
    expect(await world.refusal(cat, { ...set, access_mode: 'public' })).toEqual(refusal)
    expect(await world.reason(cat, join)).toBe('invite-needed')
  })
})

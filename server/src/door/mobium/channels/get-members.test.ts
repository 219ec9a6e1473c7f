import { describe, expect, test } from 'vitest'
import { channel, elsewhere, openWorld } from '#door/mobium/channels/world-for-tests.ts'

const ask = { type: 'get_members', channel_id: channel } as const

describe('get_members', () => {
  test('mobium 43: a stranger is refused', async () => {
    const world = openWorld()
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann)
    expect(await world.refusal(bob, ask)).toEqual(['not-a-member'])
    expect(await world.refusal(ann, { ...ask, channel_id: elsewhere })).toEqual(['not-a-member'])
  })

  test('mobium 44: both lists hold the same people, and an unknown key is empty', async () => {
    const world = openWorld()
    const publicKey = new Uint8Array(32).fill(77)
    const ann = await world.logIn(1, { exchangeKey: { publicKey, signature: undefined } })
    const bob = await world.logIn(2)
    await world.join(ann, bob)
    expect(await world.say(bob, ask)).toEqual([
      {
        type: 'members_response',
        channel_id: channel,
        members: [ann.identity, bob.identity],
        members_with_keys: [
          { ed25519: ann.identity, x25519: publicKey, role: 'owner' },
          { ed25519: bob.identity, x25519: new Uint8Array(), role: 'member' },
        ],
      },
    ])
  })

  test('tells who understands them the signatures of the keys', async () => {
    const world = openWorld()
    const ann = await world.logIn(1, { capabilities: ['x_sig'] })
    const [publicKey, signature] = [new Uint8Array(32).fill(77), new Uint8Array(64).fill(78)]
    await world.store.identities.enter(ann.identity, ann.mailbox, { publicKey, signature })
    const bob = await world.logIn(2)
    await world.join(ann, bob)
    expect(await world.say(ann, ask)).toMatchObject([
      { members_with_keys: [{ x25519: publicKey, x25519_sig: signature }, {}] },
    ])
    const [answer] = await world.say(bob, ask)
    if (answer?.type !== 'members_response') throw new Error('No members')
    expect(answer.members_with_keys.map((member) => Object.keys(member))).toEqual([
      ['ed25519', 'x25519', 'role'],
      ['ed25519', 'x25519', 'role'],
    ])
  })
})

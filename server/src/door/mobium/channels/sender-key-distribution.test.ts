import { describe, expect, test } from 'vitest'
import { writeDistribution, type RawValue } from '@sotto/wire/live'
import type { FakeClient } from '#door/mobium/client-for-tests.ts'
import { channel, openWorld } from '#door/mobium/channels/world-for-tests.ts'

const exchangeKey = new Uint8Array(32).fill(66)
const signature = new Uint8Array(64).fill(67)

function entry(recipient: Uint8Array, byte: number): RawValue {
  return writeDistribution({ recipient, encrypted_dist: Uint8Array.of(byte) }, 'array')
}

/** An empty map. */
const broken = Uint8Array.of(0x80) as RawValue

function distribute(...distributions: readonly RawValue[]) {
  return {
    type: 'sender_key_distribution',
    channel_id: channel,
    sender_x25519_pub: exchangeKey,
    distributions,
  } as const
}

function received(from: FakeClient, byte: number) {
  return {
    type: 'sender_key_distribution',
    channel_id: channel,
    sender_ed25519_pub: from.identity,
    sender_x25519_pub: exchangeKey,
    encrypted_distribution: Uint8Array.of(byte),
  }
}

async function openWithThree() {
  const world = openWorld()
  const [ann, bob, cat] = [await world.logIn(1), await world.logIn(2), await world.logIn(3)]
  await world.join(ann, bob, cat)
  return { world, ann, bob, cat }
}

const join = { type: 'join_channel', channel_id: channel } as const
const members = { type: 'get_members', channel_id: channel } as const

describe('sender_key_distribution', () => {
  test('mobium 58: a stranger is refused, and nothing is handed on', async () => {
    const { world, ann } = await openWithThree()
    const stranger = await world.logIn(9)
    const message = distribute(entry(ann.identity, 1))
    expect(await world.refusal(stranger, message)).toEqual(['not-a-member'])
    expect(await world.refusal(stranger, distribute())).toEqual(['not-a-member'])
    expect(await world.refusal(stranger, distribute(broken))).toEqual(['not-a-member'])
    expect(ann.take()).toEqual([])
    expect(await world.channels.senderKeysFor(channel, ann.identity)).toEqual([])
  })

  test('mobium 58: recipients who are online get it under other names, the sender an ack', async () => {
    const { world, ann, bob, cat } = await openWithThree()
    const message = distribute(entry(bob.identity, 1), entry(cat.identity, 2))
    expect(await world.say(ann, message)).toEqual([{ type: 'ack' }])
    expect([bob.take(), cat.take()]).toEqual([[received(ann, 1)], [received(ann, 2)]])
  })

  test('mobium 42: what waits comes before channel_joined, and after members_response', async () => {
    const { world, ann, bob, cat } = await openWithThree()
    world.logOut(bob)
    await world.say(ann, distribute(entry(bob.identity, 1)))
    await world.say(cat, distribute(entry(bob.identity, 2)))
    const again = await world.logIn(2)
    const waiting = [received(ann, 1), received(cat, 2)]
    expect(await world.say(again, join)).toEqual([
      ...waiting,
      { type: 'channel_joined', channel_id: channel },
    ])
    const got = await world.say(again, members)
    expect(got[0]).toMatchObject({ type: 'members_response' })
    expect(got.slice(1)).toEqual(waiting)
  })

  test('mobium 59: only the newest for a recipient is told again', async () => {
    const { world, ann, bob } = await openWithThree()
    await world.say(ann, distribute(entry(bob.identity, 1)))
    await world.say(ann, distribute(entry(bob.identity, 2)))
    bob.take()
    expect((await world.say(bob, members)).slice(1)).toEqual([received(ann, 2)])
  })

  test('mobium 60: an entry that cannot be read ends the list, and those before it count', async () => {
    const { world, ann, bob, cat } = await openWithThree()
    const message = distribute(entry(bob.identity, 1), broken, entry(cat.identity, 3))
    expect(await world.refusal(ann, message)).toEqual(['malformed'])
    expect(ann.take()).toEqual([])
    expect([bob.take(), cat.take()]).toEqual([[received(ann, 1)], []])
    expect(await world.channels.senderKeysFor(channel, bob.identity)).toHaveLength(1)
    expect(await world.channels.senderKeysFor(channel, cat.identity)).toHaveLength(0)
  })

  test('says to clients of ours what is wrong with an entry', async () => {
    const { world, ann } = await openWithThree()
    const refusal: unknown = await world
      .say(ann, distribute(broken))
      .catch((error: unknown) => error)
    expect(refusal).toMatchObject({ detail: 'Missing recipient in distribution' })
  })

  test('is passed over for who is no member, whoever they are', async () => {
    const { world, ann, bob } = await openWithThree()
    const stranger = await world.logIn(9)
    const message = distribute(
      entry(stranger.identity, 1),
      entry(Uint8Array.of(1), 2),
      entry(bob.identity, 3),
    )
    expect(await world.say(ann, message)).toEqual([{ type: 'ack' }])
    expect(stranger.take()).toEqual([])
    expect(await world.channels.senderKeysFor(channel, stranger.identity)).toEqual([])
    expect(bob.take()).toEqual([received(ann, 3)])
  })

  test('reaches all sockets of a recipient', async () => {
    const { world, ann, bob } = await openWithThree()
    const desk = await world.logIn(2, { device: 2 })
    await world.say(ann, distribute(entry(bob.identity, 1)))
    expect([bob.take(), desk.take()]).toEqual([[received(ann, 1)], [received(ann, 1)]])
  })

  test('carries the signature of the key to who understands it', async () => {
    const { world, ann, bob } = await openWithThree()
    const desk = await world.logIn(2, { device: 2, capabilities: ['x_sig'] })
    await world.say(ann, { ...distribute(entry(bob.identity, 1)), x25519_sig: signature })
    const signed = { ...received(ann, 1), x25519_sig: signature }
    expect([bob.take(), desk.take()]).toEqual([[received(ann, 1)], [signed]])
    expect((await world.say(desk, members)).slice(1)).toEqual([signed])
  })

  test('is kept with all others of one message at once', async () => {
    const calls: number[] = []
    const world = openWorld({
      channels: (store) => ({
        keepSenderKeys(...args) {
          calls.push(args[2].length)
          return store.keepSenderKeys(...args)
        },
      }),
    })
    const [ann, bob] = [await world.logIn(1), await world.logIn(2)]
    await world.join(ann, bob)
    await world.say(ann, distribute(entry(ann.identity, 1), entry(bob.identity, 2)))
    expect(calls).toEqual([2])
  })

  test('from and to who leaves is forgotten', async () => {
    const { world, ann, bob, cat } = await openWithThree()
    await world.say(ann, distribute(entry(bob.identity, 1), entry(cat.identity, 2)))
    await world.say(bob, distribute(entry(cat.identity, 3)))
    await world.say(bob, { type: 'leave_channel', channel_id: channel })
    cat.take()
    expect((await world.say(cat, members)).slice(1)).toEqual([received(ann, 2)])
    bob.take()
    expect(await world.say(bob, join)).toEqual([{ type: 'channel_joined', channel_id: channel }])
  })
})

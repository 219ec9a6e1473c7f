import { describe, expect, test } from 'vitest'
import { channel, identityOf, openChannels } from '#relay/channels/channels-for-tests.ts'
import { distribute } from '#relay/channels/distribute.ts'
import { joinChannel } from '#relay/channels/join.ts'

const policy = { maxMembers: 1000, autoCreate: true }
const members = Array.from({ length: 40 }, (_, index) => identityOf(index + 1))
const [ann, bob] = [identityOf(1), identityOf(2)]
const stranger = identityOf(100)
const key = {
  sender: ann,
  senderExchangeKey: { publicKey: new Uint8Array(32).fill(7), signature: undefined },
}

async function open() {
  const at = await openChannels(...members, stranger)
  for (const member of members) await joinChannel(at, channel, member, undefined, policy)
  return at
}

const to = (recipient: typeof ann, byte = 1) => ({ recipient, distribution: Uint8Array.of(byte) })

describe('A sender’s key', () => {
  test('is kept for the members among its recipients, and for nobody else', async () => {
    const at = await open()
    const list = [to(stranger), to(bob), to(identityOf(3))]
    expect(await distribute(at, channel, key, list)).toEqual(list.slice(1))
    expect(await at.channels.senderKeysFor(channel, bob)).toEqual([
      { ...key, distribution: Uint8Array.of(1) },
    ])
    expect(await at.channels.senderKeysFor(channel, stranger)).toEqual([])
  })

  test('is kept for many just so', async () => {
    const at = await open()
    const list = [to(stranger), ...members.map((member) => to(member))]
    expect(await distribute(at, channel, key, list)).toEqual(list.slice(1))
    expect(await at.channels.senderKeysFor(channel, stranger)).toEqual([])
  })

  test('of a stranger is kept for nobody, and costs no look at the members', async () => {
    const opened = await open()
    const channels = {
      membership: (id: typeof channel, who: typeof ann) => opened.channels.membership(id, who),
      senderKeysFor: (id: typeof channel, who: typeof ann) =>
        opened.channels.senderKeysFor(id, who),
      keepSenderKeys: () => Promise.reject(new Error('Kept')),
      members: () => Promise.reject(new Error('Read')),
    }
    const at = { channels }
    const theirs = { ...key, sender: stranger }
    const list = members.map((member) => to(member))
    expect(await distribute(at, channel, theirs, list)).toBeUndefined()
    expect(await at.channels.senderKeysFor(channel, bob)).toEqual([])
  })

  test('of somebody who leaves just now is kept for nobody', async () => {
    const at = await open()
    const channels = Object.assign(Object.create(at.channels), {
      membership: async () => ({ role: 'member' }),
      members: async () => [],
      keepSenderKeys: async () => false,
    })
    expect(await distribute({ channels }, channel, key, [to(bob)])).toBeUndefined()
  })
})

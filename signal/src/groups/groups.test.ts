import { describe, expect, test } from 'vitest'
import type { GroupStore } from '#groups/group-store.ts'
import { Groups } from '#groups/groups.ts'
import { distributionId } from '#groups/members-for-tests.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'
import { primitives, randomnessOf } from '#session/parties-for-tests.ts'

const alice = { name: 'alice', deviceId: 1 }
const bob = { name: 'bob', deviceId: 2 }

class TestStore implements GroupStore {
  readonly records = new Map<string, Uint8Array>()
  stores = 0
  failure: Error | undefined

  async loadSenderKey(sender: ProtocolAddress, id: string): Promise<Uint8Array | undefined> {
    await Promise.resolve()
    return this.records.get(`${sender.name}.${sender.deviceId} ${id}`)
  }

  async storeSenderKey(sender: ProtocolAddress, id: string, record: Uint8Array): Promise<void> {
    await Promise.resolve()
    if (this.failure !== undefined) throw this.failure
    this.stores++
    this.records.set(`${sender.name}.${sender.deviceId} ${id}`, record)
  }
}

function groupsOf(local: ProtocolAddress): { readonly groups: Groups; readonly store: TestStore } {
  const store = new TestStore()
  const random = randomnessOf(local.name)
  return { groups: new Groups({ primitives, store, local, random }), store }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

describe('groups over a store', () => {
  test('carry messages from one member to another', async () => {
    const [sender, reader] = [groupsOf(alice), groupsOf(bob)]
    await reader.groups.accept(alice, await sender.groups.distribute(distributionId))
    for (const text of ['one', 'two']) {
      const message = await sender.groups.encrypt(distributionId, bytesOf(text))
      expect(await reader.groups.decrypt(alice, message)).toEqual(bytesOf(text))
      await expect(reader.groups.decrypt(alice, message)).rejects.toMatchObject({
        code: 'duplicated-message',
      })
    }
  })

  test('know a group by its id in any case', async () => {
    const { groups, store } = groupsOf(alice)
    const first = await groups.distribute(distributionId.toUpperCase())
    expect([...store.records.keys()]).toEqual([`alice.1 ${distributionId}`])
    expect(await groups.distribute(distributionId)).toEqual(first)
    expect(store.stores).toBe(1)
  })

  test('encrypt no two messages with one key, begun at the same time', async () => {
    const [sender, reader] = [groupsOf(alice), groupsOf(bob)]
    await reader.groups.accept(alice, await sender.groups.distribute(distributionId))
    const texts = ['one', 'two', 'three']
    const messages = await Promise.all(
      texts.map((text) => sender.groups.encrypt(distributionId, bytesOf(text))),
    )
    const iterations = messages.map((message) => parseSenderKeyMessage(message).iteration)
    expect(iterations).toEqual([0, 1, 2])
    const read = await Promise.all(messages.map((message) => reader.groups.decrypt(alice, message)))
    expect(read).toEqual(texts.map(bytesOf))
    // Had two steps begun with one record, the later one would have forgotten what the earlier one read.
    for (const message of messages) {
      await expect(reader.groups.decrypt(alice, message)).rejects.toMatchObject({
        code: 'duplicated-message',
      })
    }
  })

  test('hand out nothing that was not stored, and go on from where they were', async () => {
    const [sender, reader] = [groupsOf(alice), groupsOf(bob)]
    await reader.groups.accept(alice, await sender.groups.distribute(distributionId))
    const failure = new Error('the disk is full')
    sender.store.failure = failure
    await expect(sender.groups.encrypt(distributionId, bytesOf('x'))).rejects.toBe(failure)
    sender.store.failure = undefined
    const message = await sender.groups.encrypt(distributionId, bytesOf('y'))

    const before = new Map(reader.store.records)
    reader.store.failure = failure
    await expect(reader.groups.decrypt(alice, message)).rejects.toBe(failure)
    expect(reader.store.records).toEqual(before)
    reader.store.failure = undefined
    expect(await reader.groups.decrypt(alice, message)).toEqual(bytesOf('y'))
  })

  test('store nothing for what they refuse', async () => {
    const [sender, reader] = [groupsOf(alice), groupsOf(bob)]
    await reader.groups.accept(alice, await sender.groups.distribute(distributionId))
    const message = await sender.groups.encrypt(distributionId, bytesOf('x'))
    const { stores } = reader.store
    message[message.length - 1] = (message.at(-1) ?? 0) ^ 1
    await expect(reader.groups.decrypt(alice, message)).rejects.toMatchObject({
      code: 'invalid-signature',
    })
    await expect(reader.groups.decrypt(bob, message)).rejects.toMatchObject({
      code: 'sender-key-not-found',
    })
    await expect(reader.groups.accept(alice, new Uint8Array())).rejects.toMatchObject({
      code: 'malformed',
    })
    await expect(reader.groups.encrypt('family', bytesOf('x'))).rejects.toThrow(RangeError)
    await expect(reader.groups.encrypt(distributionId, bytesOf('x'))).rejects.toMatchObject({
      code: 'sender-key-not-found',
    })
    expect(reader.store.stores).toBe(stores)
  })

  test('keep what a sender may still send: their record is not changed by announcing', async () => {
    const { groups, store } = groupsOf(alice)
    await groups.distribute(distributionId)
    await groups.encrypt(distributionId, bytesOf('x'))
    const { stores } = store
    await groups.distribute(distributionId)
    expect(store.stores).toBe(stores)
  })
})

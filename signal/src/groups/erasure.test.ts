import { describe, expect, test } from 'vitest'
import { watched } from '#erasure-for-tests.ts'
import { decryptGroupMessage } from '#groups/decrypt-group-message.ts'
import { encryptGroupMessage } from '#groups/encrypt-group-message.ts'
import type { GroupStore } from '#groups/group-store.ts'
import { Groups } from '#groups/groups.ts'
import { distributionId, senderAndReader } from '#groups/members-for-tests.ts'
import { secretsOf, type SenderKeyRecord } from '#groups/sender-key-record.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'
import { primitives, randomnessOf } from '#session/parties-for-tests.ts'

/** What may be left: what the old record holds, which is for its owner to erase, and the new one. */
function heldBy(...records: readonly (SenderKeyRecord | undefined)[]): ReadonlySet<Uint8Array> {
  return new Set(records.flatMap((record) => record?.states ?? []).flatMap(secretsOf))
}

describe('of a group message', () => {
  test('the encrypting erases what it makes on the way', () => {
    const [sender] = senderAndReader()
    const watch = watched(primitives)
    const { record } = sender
    const input = { record, distributionId, plaintext: new Uint8Array(3) }
    const step = encryptGroupMessage(watch.primitives, input, sender.random)
    const held = heldBy(record, step.record)
    expect(watch.seen()).toBeGreaterThan(2)
    expect(watch.left((bytes) => held.has(bytes))).toEqual([])
  })

  test('the decrypting erases what it makes on the way, however far', () => {
    const [sender, reader] = senderAndReader()
    const messages = ['0', '1', '2', '3', '4'].map((text) => sender.send(text))
    const take = (at: number): void => {
      const watch = watched(primitives)
      const { record } = reader
      const message = parseSenderKeyMessage(messages[at] as Uint8Array)
      const step = decryptGroupMessage(watch.primitives, record, message)
      for (const secret of step.wipe) secret.fill(0)
      const held = heldBy(step.record)
      expect(watch.seen()).toBeGreaterThan(1)
      expect(watch.left((bytes) => held.has(bytes))).toEqual([])
      reader.record = step.record
    }
    for (const at of [0, 3, 1, 4, 2]) take(at)
    expect(reader.record?.states[0]).toMatchObject({ iteration: 5, skipped: [] })
  })

  test('what is listed for erasure is erased once the record is stored, and not before', async () => {
    const watch = watched(primitives)
    const leftWhileStoring: number[] = []
    const groupsOf = (name: string): Groups => {
      const records = new Map<string, Uint8Array>()
      const store: GroupStore = {
        loadSenderKey: (sender, id) => Promise.resolve(records.get(`${sender.name} ${id}`)),
        storeSenderKey: (sender, id, record) => {
          records.set(`${sender.name} ${id}`, record)
          leftWhileStoring.push(watch.left(() => false).length)
          return Promise.resolve()
        },
      }
      const local = { name, deviceId: 1 }
      const random = randomnessOf(name)
      return new Groups({ primitives: watch.primitives, store, local, random })
    }
    const [sender, reader] = [groupsOf('alice'), groupsOf('bob')]
    const distribution = await sender.distribute(distributionId)
    const message = await sender.encrypt(distributionId, new Uint8Array(3))
    expect(leftWhileStoring.at(-1)).toBeGreaterThan(0)
    expect(watch.left(() => false)).toEqual([])
    await reader.accept({ name: 'alice', deviceId: 1 }, distribution)
    await reader.decrypt({ name: 'alice', deviceId: 1 }, message)
    expect(leftWhileStoring.at(-1)).toBeGreaterThan(0)
    expect(watch.left(() => false)).toEqual([])
  })
})

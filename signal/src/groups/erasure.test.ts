import { describe, expect, test } from 'vitest'
import { watched, watchMemory } from '#erasure-for-tests.ts'
import { decryptGroupMessage } from '#groups/decrypt-group-message.ts'
import { encryptGroupMessage } from '#groups/encrypt-group-message.ts'
import type { GroupStore } from '#groups/group-store.ts'
import { Groups } from '#groups/groups.ts'
import { distributionId, senderAndReader } from '#groups/members-for-tests.ts'
import { readSenderKeyRecord } from '#groups/sender-key-record-format.ts'
import { secretsOf, type SenderKeyRecord } from '#groups/sender-key-record.ts'
import { ascii } from '#labels.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'
import { flipped, fromHex, primitives, randomnessOf, toHex } from '#session/parties-for-tests.ts'

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

describe('of the secrets that it has loaded and made a step leaves nothing behind', () => {
  /** Keeps and lends the very memory that it is given. */
  class KeepingStore implements GroupStore {
    record: Uint8Array | undefined
    isFailing = false
    readonly given = new Map<Uint8Array, string>()
    offered: Uint8Array | undefined
    beforeStoring: () => void = () => {}

    loadSenderKey = async () => this.record

    async storeSenderKey(_sender: unknown, _id: string, record: Uint8Array): Promise<void> {
      this.beforeStoring()
      this.given.set(record, toHex(record))
      this.offered = record
      if (this.isFailing) throw new Error('The disk is gone')
      this.record = record
    }
  }

  const local = { name: 'alice', deviceId: 1 }
  const plaintext = ascii('hello')

  function member(name: string) {
    const store = new KeepingStore()
    const draws: string[] = []
    const source = randomnessOf(name)
    const random = (length: number): Uint8Array => {
      const bytes = source(length)
      // A chain id is no secret.
      if (length > 4) draws.push(toHex(bytes))
      return bytes
    }
    return { store, draws, groups: new Groups({ primitives, store, local, random }) }
  }

  function secretsIn(stored: Uint8Array | undefined): readonly Uint8Array[] {
    return stored === undefined ? [] : readSenderKeyRecord(stored).states.flatMap(secretsOf)
  }

  async function expectErased<Result>(
    { store, draws }: ReturnType<typeof member>,
    step: () => Promise<Result>,
    outcome = 'done',
  ): Promise<Result | undefined> {
    const before = secretsIn(store.record)
    const meant = new Set<ArrayBufferLike>()
    const isMeant = (memory: ArrayBufferLike): boolean => meant.has(memory)
    store.offered = undefined
    draws.length = 0
    let inUse = 0
    const memory = watchMemory()
    store.beforeStoring = () => {
      inUse = memory.find(before)
    }
    const result = await step().catch((error: unknown) => error)
    memory.stop()
    const code = result instanceof Error ? ((result as { code?: string }).code ?? 'failed') : 'done'
    expect(code).toBe(outcome)
    const secrets = [...before, ...secretsIn(store.offered), ...draws.map(fromHex)]
    expect(secrets.length).toBeGreaterThan(0)
    for (const { buffer } of store.given.keys()) meant.add(buffer)
    if (result instanceof Uint8Array) meant.add(result.buffer)
    if (store.offered !== undefined && before.length > 0) expect(inUse).toBeGreaterThan(0)
    expect(memory.find(secrets, isMeant)).toBe(0)
    for (const [bytes, digits] of store.given) expect(toHex(bytes)).toBe(digits)
    return result instanceof Uint8Array ? (result as Result & Uint8Array) : undefined
  }

  test('whatever it is, whatever comes of it', async () => {
    const [sender, reader] = [member('sender'), member('reader')]
    const announce = () => sender.groups.distribute(distributionId)
    const send = () => sender.groups.encrypt(distributionId, plaintext)
    sender.store.isFailing = true
    await expectErased(sender, announce, 'failed')
    sender.store.isFailing = false
    await expectErased(sender, announce)
    const distribution = await expectErased(sender, announce)
    if (distribution === undefined) throw new Error('Cannot be')

    const accept = () => reader.groups.accept(local, distribution)
    reader.store.isFailing = true
    await expectErased(reader, accept, 'failed')
    reader.store.isFailing = false
    await expectErased(reader, accept)
    await expectErased(reader, accept)

    const late = await send()
    await expectErased(sender, send)
    const message = await send()
    sender.store.isFailing = true
    await expectErased(sender, send, 'failed')

    const read = (bytes: Uint8Array) => () => reader.groups.decrypt(local, bytes)
    const broken = flipped(message, message.length - 1)
    await expectErased(reader, read(broken), 'invalid-signature')
    await expectErased(reader, read(message))
    reader.store.isFailing = true
    await expectErased(reader, read(late), 'failed')
    reader.store.isFailing = false
    await expectErased(reader, read(late))
    await expectErased(reader, read(late), 'duplicated-message')
    expect(reader.store.given.size).toBeGreaterThan(3)
  })

  test('when the sender has signed what cannot be read', async () => {
    const [sender, reader] = [member('sender'), member('reader')]
    const distribution = await sender.groups.distribute(distributionId)
    await reader.groups.accept(local, distribution)
    const badly = { ...primitives, encryptAesCbc: () => new Uint8Array(15) }
    const { store } = sender
    const random = randomnessOf('bad')
    const groups = new Groups({ primitives: badly, store, local, random })
    const early = await groups.encrypt(distributionId, plaintext)
    await groups.encrypt(distributionId, plaintext)
    const next = await groups.encrypt(distributionId, plaintext)
    const good = await sender.groups.encrypt(distributionId, plaintext)
    const watch = watched(primitives)
    const reading = new Groups({ primitives: watch.primitives, store: reader.store, local, random })
    const read = (bytes: Uint8Array) => () => reading.decrypt(local, bytes)
    await expectErased(reader, read(next), 'invalid-message')
    expect(watch.seen()).toBe(5)
    expect(watch.left(() => false)).toEqual([])
    await reading.decrypt(local, good)
    await expectErased(reader, read(early), 'invalid-message')
    expect(watch.left(() => false)).toEqual([])
  })

  test('when a record is damaged', async () => {
    const sender = member('sender')
    await sender.groups.distribute(distributionId)
    const whole = sender.store.record ?? new Uint8Array()
    const secrets = secretsIn(whole)
    for (const damaged of [Uint8Array.of(...whole, 0), flipped(whole, whole.length - 1)]) {
      sender.store.record = damaged
      const memory = watchMemory()
      const result = await sender.groups.distribute(distributionId).catch((error: unknown) => error)
      memory.stop()
      expect(result).toMatchObject({ code: 'invalid-state' })
      expect(memory.made()).toBeGreaterThan(0)
      expect(memory.find(secrets)).toBe(0)
    }
  })
})

test('a group message that is refused leaves the record as it was', () => {
  const [sender, reader] = senderAndReader()
  const sendBadly = () => {
    const badly = { ...primitives, encryptAesCbc: () => new Uint8Array(15) }
    const input = { record: sender.record, distributionId, plaintext: new Uint8Array(3) }
    const step = encryptGroupMessage(badly, input, sender.random)
    sender.record = step.record
    return parseSenderKeyMessage(step.message)
  }
  const overtaken = sendBadly()
  const late = sender.send('late')
  expect(reader.read(sender.send('x'))).toBe('x')
  for (const message of [overtaken, sendBadly()]) {
    const states = JSON.stringify(reader.record)
    expect(() => decryptGroupMessage(primitives, reader.record, message)).toThrow('Cannot decrypt')
    expect(JSON.stringify(reader.record)).toBe(states)
  }
  expect(reader.read(late)).toBe('late')
  expect(reader.read(sender.send('y'))).toBe('y')
})

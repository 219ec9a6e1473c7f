import { describe, expect, test } from 'vitest'
import type { ProtocolAddress } from '#messages/service-address.ts'
import {
  bundleOf,
  flipped,
  indexOf,
  nowMillis,
  primitives,
  testDevice,
  type TestDevice,
} from '#session/parties-for-tests.ts'
import { readRecord } from '#session/record-format.ts'
import { secretsOf } from '#session/session-state.ts'
import type { CommitOutcome, SessionChange, SessionStore } from '#session/session-store.ts'
import { Sessions } from '#session/sessions.ts'

type Event = keyof SessionStore

/** Everything in memory; keeps a log of what it was asked, and fails when told to. */
class MemoryStore implements SessionStore {
  readonly events: string[] = []
  readonly records = new Map<string, Uint8Array>()
  readonly identities = new Map<string, Uint8Array>()
  readonly usedBaseKeys = new Set<string>()
  readonly untrusted = new Set<string>()
  failing: Event | undefined
  #device: TestDevice
  #oneTimeIds: Set<number>

  constructor(device: TestDevice) {
    this.#device = device
    this.#oneTimeIds = new Set([device.oneTime.id])
  }

  async loadRecord(address: ProtocolAddress) {
    await this.#event('loadRecord')
    return this.records.get(key(address))
  }

  async loadSignedPrekey(id: number) {
    await this.#event('loadSignedPrekey')
    return id === this.#device.signed.id ? this.#device.signed : undefined
  }

  async loadKyberPrekey(id: number) {
    await this.#event('loadKyberPrekey')
    return id === this.#device.kyber.id ? this.#device.kyber : undefined
  }

  async loadOneTimePrekey(id: number) {
    await this.#event('loadOneTimePrekey')
    return this.#oneTimeIds.has(id) ? this.#device.oneTime : undefined
  }

  async isTrustedIdentity(_: ProtocolAddress, identityKey: Uint8Array, direction: string) {
    await this.#event('isTrustedIdentity', `trust for ${direction}`)
    return !this.untrusted.has(String(identityKey))
  }

  async commit({ address, identityKey, used, record }: SessionChange): Promise<CommitOutcome> {
    await this.#event('commit')
    if (used !== undefined) {
      const name = `${used.kyberPrekeyId} ${used.signedPrekeyId} ${String(used.baseKey)}`
      if (this.usedBaseKeys.has(name)) return 'reused-base-key'
      this.usedBaseKeys.add(name)
      if (used.oneTimePrekeyId !== undefined) this.#oneTimeIds.delete(used.oneTimePrekeyId)
    }
    this.identities.set(key(address), identityKey)
    this.records.set(key(address), record)
    return 'committed'
  }

  async #event(event: Event, name: string = event): Promise<void> {
    this.events.push(name)
    await Promise.resolve()
    if (this.failing === event) throw new Error('The disk is gone')
  }
}

/** Lends the very memory that a record is then worked on in, and keeps it to look at it later. */
class LendingStore extends MemoryStore {
  lent: Uint8Array | undefined

  override async loadRecord(address: ProtocolAddress) {
    const bytes = await super.loadRecord(address)
    if (bytes === undefined) return undefined
    this.lent = Uint8Array.from(bytes)
    // An ArrayBuffer is no Uint8Array: the one that is made of it is a view, where any other would be a copy.
    return this.lent.buffer as unknown as Uint8Array
  }
}

function key({ name, deviceId }: ProtocolAddress): string {
  return `${name}.${deviceId}`
}

interface Side {
  readonly device: TestDevice
  readonly address: ProtocolAddress
  readonly store: MemoryStore
  readonly sessions: Sessions
}

function side(name: string, device = testDevice(name), store = new MemoryStore(device)): Side {
  const { local, random } = device
  const sessions = new Sessions({ primitives, store, local, random, now: () => nowMillis })
  return { device, address: local.address, store, sessions }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

/** What a stored record's current session holds. */
function secretsIn(stored: Uint8Array | undefined): readonly Uint8Array[] {
  const current = stored === undefined ? undefined : readRecord(stored).current
  return current === undefined ? [] : secretsOf(current).filter(({ length }) => length > 0)
}

async function codeOf(promise: Promise<unknown>): Promise<string | undefined> {
  try {
    await promise
    return 'nothing'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

async function pair(): Promise<readonly [Side, Side]> {
  const [alice, bob] = [side('+14151111111'), side('+14152222222')]
  await alice.sessions.processBundle(bob.address, bundleOf(bob.device))
  return [alice, bob]
}

describe('sessions over a store', () => {
  test('carry messages both ways', async () => {
    const [alice, bob] = await pair()
    const first = await alice.sessions.encrypt(bob.address, bytes('hello'))
    expect(text(await bob.sessions.decrypt(alice.address, first))).toBe('hello')
    const answer = await bob.sessions.encrypt(alice.address, bytes('hello yourself'))
    expect(text(await alice.sessions.decrypt(bob.address, answer))).toBe('hello yourself')
    expect(await alice.sessions.hasSession(bob.address)).toBe(true)
    expect(await alice.sessions.hasSession({ ...bob.address, deviceId: 2 })).toBe(false)
    expect(bob.store.identities.get(key(alice.address))).toEqual(
      alice.device.local.identity.publicKey,
    )
  })

  test('ask and write in order', async () => {
    const [alice, bob] = await pair()
    expect(alice.store.events).toEqual(['trust for sending', 'loadRecord', 'commit'])
    alice.store.events.length = 0
    const first = await alice.sessions.encrypt(bob.address, bytes('x'))
    const second = await alice.sessions.encrypt(bob.address, bytes('y'))
    expect(alice.store.events.slice(0, 3)).toEqual(['loadRecord', 'trust for sending', 'commit'])
    await bob.sessions.decrypt(alice.address, first)
    expect(bob.store.events).toEqual([
      'trust for receiving',
      'loadRecord',
      'loadSignedPrekey',
      'loadKyberPrekey',
      'loadOneTimePrekey',
      'commit',
    ])
    bob.store.events.length = 0
    await bob.sessions.decrypt(alice.address, second)
    expect(bob.store.events).toEqual(['trust for receiving', 'loadRecord', 'commit'])
    alice.store.events.length = 0
    const answer = await bob.sessions.encrypt(alice.address, bytes('z'))
    await alice.sessions.decrypt(bob.address, answer)
    expect(alice.store.events).toEqual(['loadRecord', 'trust for receiving', 'commit'])
  })

  test('do not ask for a one-time prekey where none was used', async () => {
    const [alice, bob] = [side('+14151111111'), side('+14152222222')]
    await alice.sessions.processBundle(bob.address, bundleOf(bob.device, false))
    const first = await alice.sessions.encrypt(bob.address, bytes('x'))
    expect(text(await bob.sessions.decrypt(alice.address, first))).toBe('x')
    expect(bob.store.events).toEqual([
      'trust for receiving',
      'loadRecord',
      'loadSignedPrekey',
      'loadKyberPrekey',
      'commit',
    ])
  })

  test('erase what the committed record does not need', async () => {
    const device = testDevice('+14151111111')
    const store = new LendingStore(device)
    const { address, sessions } = side('+14151111111', device, store)
    const bob = side('+14152222222')
    await sessions.processBundle(bob.address, bundleOf(bob.device))
    const first = await sessions.encrypt(bob.address, bytes('x'))
    await bob.sessions.decrypt(address, first)
    const answer = await bob.sessions.encrypt(address, bytes('y'))
    for (const step of [
      () => sessions.encrypt(bob.address, bytes('z')),
      () => sessions.decrypt(bob.address, answer),
      () => sessions.processBundle(bob.address, bundleOf(bob.device)),
    ]) {
      const before = secretsIn(store.records.get(key(bob.address)))
      await step()
      const kept = secretsIn(store.records.get(key(bob.address))).map(String)
      const gone = before.filter((secret) => !kept.includes(String(secret)))
      expect(gone.length).toBeGreaterThan(1)
      for (const secret of gone) expect(indexOf(store.lent ?? secret, secret)).toBe(-1)
    }
  })

  test('use no key twice when many messages are sent at once', async () => {
    const [alice, bob] = await pair()
    const texts = Array.from({ length: 10 }, (_, i) => `message ${i}`)
    const sent = await Promise.all(
      texts.map((each) => alice.sessions.encrypt(bob.address, bytes(each))),
    )
    const read = await Promise.all(
      sent.map((message) => bob.sessions.decrypt(alice.address, message)),
    )
    expect(read.map(text)).toEqual(texts)
  })

  test('do and write nothing with an identity that is not trusted', async () => {
    const [alice, bob] = await pair()
    const first = await alice.sessions.encrypt(bob.address, bytes('x'))
    bob.store.untrusted.add(String(alice.device.local.identity.publicKey))
    expect(await codeOf(bob.sessions.decrypt(alice.address, first))).toBe('untrusted-identity')
    expect(bob.store.events).toEqual(['trust for receiving'])
    bob.store.untrusted.clear()
    await bob.sessions.decrypt(alice.address, first)
    const answer = await bob.sessions.encrypt(alice.address, bytes('y'))

    const before = alice.store.records.get(key(bob.address))
    alice.store.untrusted.add(String(bob.device.local.identity.publicKey))
    const { sessions } = alice
    for (const attempt of [
      () => sessions.decrypt(bob.address, answer),
      () => sessions.encrypt(bob.address, bytes('z')),
      () => sessions.processBundle(bob.address, bundleOf(bob.device)),
    ]) {
      expect(await codeOf(attempt())).toBe('untrusted-identity')
    }
    expect(alice.store.records.get(key(bob.address))).toBe(before)
    alice.store.untrusted.clear()
    expect(text(await sessions.decrypt(bob.address, answer))).toBe('y')
  })

  test.each<Event>([
    'isTrustedIdentity',
    'loadRecord',
    'loadSignedPrekey',
    'loadKyberPrekey',
    'loadOneTimePrekey',
    'commit',
  ])('pass on what the store throws in %s, and go on afterwards', async (event) => {
    const [alice, bob] = await pair()
    const first = await alice.sessions.encrypt(bob.address, bytes('x'))
    bob.store.failing = event
    expect(await codeOf(bob.sessions.decrypt(alice.address, first))).toBe('Error: The disk is gone')
    expect(bob.store.records.size).toBe(0)
    expect(bob.store.identities.size).toBe(0)
    bob.store.failing = undefined
    expect(text(await bob.sessions.decrypt(alice.address, first))).toBe('x')
  })

  test('write nothing for a message that cannot be read', async () => {
    const [alice, bob] = await pair()
    const first = await alice.sessions.encrypt(bob.address, bytes('x'))
    const broken = { ...first, bytes: flipped(first.bytes, first.bytes.length - 5) }
    expect(await codeOf(bob.sessions.decrypt(alice.address, broken))).toBe('invalid-message')
    expect(bob.store.events).not.toContain('commit')
  })

  test('refuse a base key that a prekey of last resort has seen', async () => {
    const alice = side('+14151111111')
    const bob = side('+14152222222')
    const { sessions } = alice
    await sessions.processBundle(bob.address, bundleOf(bob.device, false))
    const first = await sessions.encrypt(bob.address, bytes('x'))
    await bob.sessions.decrypt(alice.address, first)
    // The relay tells it again as somebody else's.
    const elsewhere = { ...alice.address, deviceId: 2 }
    expect(await codeOf(bob.sessions.decrypt(elsewhere, first))).toBe('invalid-message')
    expect(bob.store.records.has(key(elsewhere))).toBe(false)
    // Another initiator may use the same prekeys.
    const carol = side('+14153333333')
    await carol.sessions.processBundle(bob.address, bundleOf(bob.device, false))
    const other = await carol.sessions.encrypt(bob.address, bytes('y'))
    expect(text(await bob.sessions.decrypt(carol.address, other))).toBe('y')
  })

  test('use a one-time prekey once', async () => {
    const [alice, bob] = await pair()
    await bob.sessions.decrypt(alice.address, await alice.sessions.encrypt(bob.address, bytes('x')))
    const carol = side('+14153333333')
    await carol.sessions.processBundle(bob.address, bundleOf(bob.device))
    const late = await carol.sessions.encrypt(bob.address, bytes('y'))
    expect(await codeOf(bob.sessions.decrypt(carol.address, late))).toBe('unknown-prekey')
  })

  test('trust who the session is with, whatever a message says of itself', async () => {
    const [alice, bob] = await pair()
    const first = await alice.sessions.encrypt(bob.address, bytes('x'))
    const second = await alice.sessions.encrypt(bob.address, bytes('y'))
    await bob.sessions.decrypt(alice.address, first)
    const carol = testDevice('+14153333333').local.identity.publicKey
    const alien = Uint8Array.from(second.bytes)
    alien.set(carol, indexOf(alien, alice.device.local.identity.publicKey))
    expect(text(await bob.sessions.decrypt(alice.address, { ...second, bytes: alien }))).toBe('y')
    expect(bob.store.identities.get(key(alice.address))).toEqual(
      alice.device.local.identity.publicKey,
    )
  })

  test('say when there is none', async () => {
    const [alice, bob] = [side('+14151111111'), side('+14152222222')]
    expect(await codeOf(alice.sessions.encrypt(bob.address, bytes('x')))).toBe('session-not-found')
    alice.store.records.set(key(bob.address), Uint8Array.of(9))
    expect(await codeOf(alice.sessions.encrypt(bob.address, bytes('x')))).toBe('invalid-state')
  })
})

import { describe, expect, test } from 'vitest'
import { watchMemory } from '#erasure-for-tests.ts'
import {
  bundleOf,
  flipped,
  fromHex,
  nowMillis,
  primitives,
  testDevice,
  type TestDevice,
  toHex,
} from '#session/parties-for-tests.ts'
import { readRecord } from '#session/record-format.ts'
import { openArchived } from '#session/session-record.ts'
import { secretsOf } from '#session/session-state.ts'
import type { CommitOutcome, SessionChange, SessionStore } from '#session/session-store.ts'
import { Sessions } from '#session/sessions.ts'

/** Of one peer. Keeps and lends the very memory that it is given. */
class KeepingStore implements SessionStore {
  record: Uint8Array | undefined
  isTrusting = true
  answer: () => CommitOutcome = () => 'committed'
  /** What it was given, each with its bytes as they were. */
  readonly given = new Map<Uint8Array, string>()
  /** Of the last commit, whatever came of it. */
  offered: Uint8Array | undefined
  beforeCommit: () => void = () => {}
  readonly #device: TestDevice

  constructor(device: TestDevice) {
    this.#device = device
  }

  loadRecord = async () => this.record
  loadSignedPrekey = async () => this.#device.signed
  loadKyberPrekey = async () => this.#device.kyber
  loadOneTimePrekey = async () => this.#device.oneTime

  isTrustedIdentity: SessionStore['isTrustedIdentity'] = async (_, identityKey) => {
    this.#keep(identityKey)
    return this.isTrusting
  }

  async commit({ identityKey, used, record }: SessionChange): Promise<CommitOutcome> {
    this.beforeCommit()
    for (const each of [identityKey, record, used?.baseKey]) {
      if (each !== undefined) this.#keep(each)
    }
    this.offered = record
    const outcome = this.answer()
    if (outcome === 'committed') this.record = record
    return outcome
  }

  #keep(bytes: Uint8Array): void {
    this.given.set(bytes, toHex(bytes))
  }
}

function side(name: string) {
  const device = testDevice(name)
  const store = new KeepingStore(device)
  const draws: string[] = []
  const random = (length: number): Uint8Array => {
    const bytes = device.random(length)
    draws.push(toHex(bytes))
    return bytes
  }
  const { local } = device
  const sessions = new Sessions({ primitives, store, local, random, now: () => nowMillis })
  return { device, address: local.address, store, sessions, draws }
}

type Side = ReturnType<typeof side>

function secretsIn(stored: Uint8Array | undefined): readonly Uint8Array[] {
  if (stored === undefined) return []
  const { current, archived } = readRecord(stored)
  const states = archived.map(openArchived)
  if (current !== undefined) states.push(current)
  return states.flatMap(secretsOf)
}

async function outcomeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'done'
  } catch (error) {
    return (error as { code?: string }).code ?? 'failed'
  }
}

/** Takes a step of one side and finds nothing of its secrets but in what its store has. */
async function expectErased(
  { store, draws }: Side,
  step: () => Promise<unknown>,
  outcome = 'done',
): Promise<void> {
  const before = secretsIn(store.record)
  const isMeant = (memory: ArrayBufferLike): boolean =>
    [...store.given.keys()].some(({ buffer }) => buffer === memory)
  store.offered = undefined
  draws.length = 0
  let inUse = 0
  const memory = watchMemory()
  store.beforeCommit = () => {
    inUse = memory.find(before, isMeant)
  }
  const result = await outcomeOf(step())
  memory.stop()
  expect(result).toBe(outcome)
  const secrets = [...before, ...secretsIn(store.offered), ...draws.map(fromHex)]
  expect(secrets.length).toBeGreaterThan(0)
  // The watch sees what it is to see, and nothing is erased too early.
  if (store.offered !== undefined && before.length > 0) expect(inUse).toBeGreaterThan(0)
  expect(memory.find(secrets, isMeant)).toBe(0)
  for (const [bytes, digits] of store.given) expect(toHex(bytes)).toBe(digits)
}

const plaintext = new Uint8Array(40).fill(7)

/** Two sides who have heard each other, and what either sends next. */
async function conversation() {
  const [alice, bob] = [side('alice'), side('bob')]
  await alice.sessions.processBundle(bob.address, bundleOf(bob.device))
  const tell = async (from: Side, to: Side): Promise<void> => {
    const message = await from.sessions.encrypt(to.address, plaintext)
    await to.sessions.decrypt(from.address, message)
  }
  await tell(alice, bob)
  await tell(bob, alice)
  return { alice, bob, tell }
}

describe('of the secrets that it has loaded and made a step leaves nothing behind', () => {
  test('when a session begins and goes on', async () => {
    const [alice, bob] = [side('alice'), side('bob')]
    const { address } = bob
    await expectErased(alice, () => alice.sessions.processBundle(address, bundleOf(bob.device)))
    for (let turn = 0; turn < 3; turn++) {
      const late = await alice.sessions.encrypt(address, plaintext)
      await expectErased(alice, () => alice.sessions.encrypt(address, plaintext))
      const next = await alice.sessions.encrypt(address, plaintext)
      await expectErased(bob, () => bob.sessions.decrypt(alice.address, next))
      await expectErased(bob, () => bob.sessions.decrypt(alice.address, late))
      const answer = await bob.sessions.encrypt(alice.address, plaintext)
      await expectErased(alice, () => alice.sessions.decrypt(address, answer))
    }
  })

  test('when sessions go into the archive and come out of it', async () => {
    const { alice, bob, tell } = await conversation()
    const late = await alice.sessions.encrypt(bob.address, plaintext)
    const bundle = bundleOf(bob.device)
    await expectErased(alice, () => alice.sessions.processBundle(bob.address, bundle))
    const first = await alice.sessions.encrypt(bob.address, plaintext)
    await expectErased(bob, () => bob.sessions.decrypt(alice.address, first))
    await tell(bob, alice)
    const { type, bytes } = late
    const broken = { type, bytes: flipped(bytes, bytes.length - 1) }
    const { sessions } = bob
    await expectErased(bob, () => sessions.decrypt(alice.address, broken), 'invalid-message')
    await expectErased(bob, () => sessions.decrypt(alice.address, late))
  })

  test('when it only looks', async () => {
    const { alice, bob } = await conversation()
    await expectErased(alice, async () => {
      expect(await alice.sessions.hasSession(bob.address)).toBe(true)
    })
  })

  test('when it refuses a message', async () => {
    const { alice, bob } = await conversation()
    const message = await alice.sessions.encrypt(bob.address, plaintext)
    const { type, bytes } = message
    const broken = { type, bytes: flipped(bytes, bytes.length - 1) }
    const { sessions } = bob
    await expectErased(bob, () => sessions.decrypt(alice.address, broken), 'invalid-message')
    await sessions.decrypt(alice.address, message)
    await expectErased(bob, () => sessions.decrypt(alice.address, message), 'duplicated-message')
  })

  test('when the peer is not trusted', async () => {
    const { alice, bob } = await conversation()
    const message = await bob.sessions.encrypt(alice.address, plaintext)
    alice.store.isTrusting = false
    const { sessions } = alice
    for (const step of [
      () => sessions.encrypt(bob.address, plaintext),
      () => sessions.decrypt(bob.address, message),
    ]) {
      await expectErased(alice, step, 'untrusted-identity')
    }
    alice.store.isTrusting = true
    expect(await sessions.decrypt(bob.address, message)).toEqual(plaintext)
  })

  test.each([
    { of: 'fails', outcome: 'failed' },
    { of: 'has seen the base key', outcome: 'invalid-message' },
  ])('when the store $of', async ({ outcome }) => {
    const { alice, bob } = await conversation()
    const message = await bob.sessions.encrypt(alice.address, plaintext)
    const { sessions, store } = alice
    store.answer = () => {
      if (outcome === 'failed') throw new Error('The disk is gone')
      return 'reused-base-key'
    }
    for (const step of [
      () => sessions.encrypt(bob.address, plaintext),
      () => sessions.decrypt(bob.address, message),
      () => sessions.processBundle(bob.address, bundleOf(bob.device)),
    ]) {
      await expectErased(alice, step, outcome)
    }
    store.answer = () => 'committed'
    expect(await sessions.decrypt(bob.address, message)).toEqual(plaintext)
  })

  test('when a record is damaged', async () => {
    const { alice, bob } = await conversation()
    await alice.sessions.processBundle(bob.address, bundleOf(bob.device))
    const { store, sessions } = alice
    const whole = store.record ?? new Uint8Array()
    const secrets = secretsIn(whole)
    const archiveAt = 6 + new DataView(whole.buffer).getUint32(2)
    const receiversAt = 6 + 7 * 32 + 4 * 4
    for (const damaged of [
      Uint8Array.of(...whole, 0),
      whole.slice(0, -1),
      flipped(whole, archiveAt, 0x40),
      flipped(whole, receiversAt, 0x80),
      // Makes the last counter of SPQR's part one that does not end.
      Uint8Array.from(whole).fill(0xff, archiveAt - 1, archiveAt),
    ]) {
      store.record = damaged
      const memory = watchMemory()
      const outcome = await outcomeOf(sessions.encrypt(bob.address, plaintext))
      memory.stop()
      expect(outcome).toBe('invalid-state')
      expect(memory.made()).toBeGreaterThan(0)
      expect(memory.find(secrets)).toBe(0)
    }
  })

  test('when an archived session is damaged', async () => {
    const { alice, bob } = await conversation()
    const late = await bob.sessions.encrypt(alice.address, plaintext)
    await alice.sessions.processBundle(bob.address, bundleOf(bob.device))
    const { store, sessions } = alice
    const whole = store.record ?? new Uint8Array()
    const secrets = secretsIn(whole)
    store.record = flipped(whole, whole.length - 1, 0xff)
    const memory = watchMemory()
    const outcome = await outcomeOf(sessions.decrypt(bob.address, late))
    memory.stop()
    expect(outcome).toBe('invalid-state')
    expect(memory.find(secrets)).toBe(0)
  })
})

test('what a store has lent and was given stays as it is, and has its memory for itself', async () => {
  const { alice, bob, tell } = await conversation()
  await tell(alice, bob)
  await tell(bob, alice)
  expect(bob.device).toEqual(testDeviceAgain(bob.device))
  for (const { store } of [alice, bob]) {
    expect(store.given.size).toBeGreaterThan(6)
    for (const [bytes, digits] of store.given) {
      expect(toHex(bytes)).toBe(digits)
      expect(bytes.buffer.byteLength).toBe(bytes.length)
    }
  }
})

/** The same device from the same seed, as it was before it was used. */
function testDeviceAgain({ local, random }: TestDevice): TestDevice {
  return { ...testDevice(local.address.name), random }
}

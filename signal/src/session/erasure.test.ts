import type { Primitives } from '@sotto/primitives'
import { expect, test } from 'vitest'
import { watched, type Watched } from '#erasure-for-tests.ts'
import { maxForwardJump } from '#limits.ts'
import { parsePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import { parseSignalMessage, serializeSignalMessage } from '#messages/signal-message.ts'
import type { CiphertextMessage } from '#session/parties.ts'
import {
  bundleOf,
  codeOf,
  flipped,
  primitives,
  testDevice,
  type TestDevice,
  TestSide,
} from '#session/parties-for-tests.ts'
import type { SessionRecord } from '#session/session-record.ts'
import { secretsOf } from '#session/session-state.ts'

/** Sees also what is copied out of derived keys: a root key that comes to nothing meets no operation again. */
function watchedCopies(): Watched {
  const copies: Uint8Array[] = []
  class DerivedKeys extends Uint8Array<ArrayBuffer> {
    override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
      const copy = super.slice(start, end)
      copies.push(copy)
      return copy
    }
  }
  const hkdfSha256: Primitives['hkdfSha256'] = (...input) =>
    DerivedKeys.from(primitives.hkdfSha256(...input))
  const watch = watched({ ...primitives, hkdfSha256 })
  return {
    ...watch,
    seen: () => watch.seen() + copies.length,
    left: (isMeant) => [
      ...watch.left(isMeant),
      ...copies
        .filter((bytes) => bytes.some((byte) => byte !== 0) && !isMeant(bytes))
        .map((bytes) => `copy of ${bytes.length}`),
    ],
  }
}

function watchedPair(): { readonly sides: readonly [TestSide, TestSide]; readonly watch: Watched } {
  const watch = watchedCopies()
  const [alice, bob] = [testDevice('alice'), testDevice('bob')]
  return {
    watch,
    sides: [
      new TestSide(alice, bob.local.address, watch.primitives),
      new TestSide(bob, alice.local.address, watch.primitives),
    ],
  }
}

function epochOf(record: SessionRecord | undefined): number {
  return record?.current?.spqr.braid.epoch ?? 0
}

/** Keys of a device, which stay, and what its current session holds. */
function heldBy({ device, record }: TestSide): readonly Uint8Array[] {
  const keys = [device.local.identity, device.signed.keyPair, device.oneTime.keyPair]
  const current = record?.current
  return [
    ...keys.map(({ privateKey }) => privateKey),
    ...(current === undefined ? [] : secretsOf(current)),
  ]
}

function left(watch: Watched, sides: readonly TestSide[]): readonly string[] {
  const held = new Set(sides.flatMap(heldBy))
  return watch.left((bytes) => held.has(bytes))
}

function expectNothingLeft(watch: Watched, sides: readonly TestSide[]): void {
  expect(left(watch, sides)).toEqual([])
}

function start(side: TestSide, peer: TestDevice): void {
  for (const secret of side.start(peer).wipe) secret.fill(0)
}

function send(side: TestSide, text: string): CiphertextMessage {
  const sent = side.encrypt(text)
  side.record = sent.record
  for (const secret of sent.wipe) secret.fill(0)
  return sent.message
}

function receive(side: TestSide, message: CiphertextMessage): void {
  const read = side.decrypt(message)
  side.record = read.record
  for (const secret of read.wipe) secret.fill(0)
}

test('a session leaves nothing behind but what it goes on with', () => {
  const { sides, watch } = watchedPair()
  const [alice, bob] = sides
  start(alice, bob.device)
  expectNothingLeft(watch, sides)
  receive(bob, send(alice, 'hello'))
  expectNothingLeft(watch, sides)
  receive(alice, send(bob, 'hello yourself'))
  expectNothingLeft(watch, sides)

  const late = [send(alice, '1'), send(alice, '2'), send(alice, '3')]
  receive(bob, send(alice, '4'))
  expectNothingLeft(watch, sides)
  for (const message of late) receive(bob, message)
  expectNothingLeft(watch, sides)
  // Five receiving chains are kept, so the sixth turn gives one up.
  for (let turn = 0; turn < 7; turn++) {
    send(alice, 'lost')
    receive(bob, send(alice, 'x'))
    receive(alice, send(bob, 'y'))
    expectNothingLeft(watch, sides)
  }
  expect(watch.seen()).toBeGreaterThan(200)
})

test('a message that is refused leaves nothing behind', () => {
  const { sides, watch } = watchedPair()
  const [alice, bob] = sides
  start(alice, bob.device)
  receive(bob, send(alice, 'hello'))
  receive(alice, send(bob, 'hello yourself'))
  const expectRefusals = ({ type, bytes }: CiphertextMessage): void => {
    // Of the first byte the low nibble says nothing.
    for (let at = 1; at < bytes.length; at++) {
      expect(codeOf(() => bob.decrypt({ type, bytes: flipped(bytes, at) }))).not.toBe('nothing')
    }
    expectNothingLeft(watch, sides)
  }
  expectRefusals(send(alice, 'turns the ratchet'))
  receive(bob, send(alice, 'x'))
  expectRefusals(send(alice, 'on the same chain'))
})

test('a message that would jump too far on a new chain leaves nothing of the chain behind', () => {
  const { sides, watch } = watchedPair()
  const [alice, bob] = sides
  start(alice, bob.device)
  receive(bob, send(alice, 'hello'))
  receive(alice, send(bob, 'hello yourself'))
  const parsed = parseSignalMessage(send(alice, 'turns the ratchet').bytes)
  // Nobody comes to look at the MAC.
  const bytes = serializeSignalMessage(
    primitives,
    { ...parsed, counter: maxForwardJump + 1 },
    {
      macKey: new Uint8Array(32),
      senderIdentity: alice.device.local.identity.publicKey,
      recipientIdentity: bob.device.local.identity.publicKey,
    },
  )
  const before = watch.seen()
  expect(codeOf(() => bob.decrypt({ type: 'whisper', bytes }))).toBe('invalid-message')
  expect(watch.seen()).toBeGreaterThan(before)
  expectNothingLeft(watch, sides)
})

test('a message that is refused leaves nothing behind, wherever its part of SPQR leads', () => {
  const { sides, watch } = watchedPair()
  const [alice, bob] = sides
  start(alice, bob.device)
  const refuseAndReceive = (side: TestSide, { type, bytes }: CiphertextMessage): void => {
    const { mac } =
      type === 'prekey' ? parsePreKeySignalMessage(bytes).message : parseSignalMessage(bytes)
    const at = mac.byteOffset - bytes.byteOffset
    expect(codeOf(() => side.decrypt({ type, bytes: flipped(bytes, at) }))).toBe('invalid-message')
    expectNothingLeft(watch, sides)
    receive(side, { type, bytes })
  }
  // Until both have been on either side of the braid.
  const epochs = (): number => Math.min(...sides.map(({ record }) => epochOf(record)))
  for (let turn = 0; epochs() < 3; turn++) {
    expect(turn).toBeLessThan(400)
    refuseAndReceive(bob, send(alice, 'x'))
    refuseAndReceive(alice, send(bob, 'y'))
  }
}, 20_000)

test('a first message that is refused leaves nothing of its session behind', () => {
  const { sides, watch } = watchedPair()
  const [alice, bob] = sides
  start(alice, bob.device)
  const { type, bytes } = send(alice, 'hello')
  expect(type).toBe('prekey')
  const { mac } = parsePreKeySignalMessage(bytes).message
  const at = mac.byteOffset - bytes.byteOffset
  expect(codeOf(() => bob.decrypt({ type, bytes: flipped(bytes, at) }))).toBe('invalid-message')
  expectNothingLeft(watch, sides)
})

test('a session in the archive that cannot read a message leaves nothing behind', () => {
  const { sides, watch } = watchedPair()
  const [alice, bob] = sides
  start(alice, bob.device)
  receive(bob, send(alice, 'hello'))
  receive(alice, send(bob, 'hello yourself'))
  const late = send(alice, 'of the first session')
  expect(late.type).toBe('whisper')
  start(alice, bob.device)
  receive(bob, send(alice, 'of the second session'))
  expect(bob.record?.archived.length).toBe(1)
  const { type, bytes } = late
  for (const at of [1, 20, bytes.length - 1]) {
    expect(codeOf(() => bob.decrypt({ type, bytes: flipped(bytes, at) }))).not.toBe('nothing')
  }
  expectNothingLeft(watch, sides)
})

test('a session in the archive that a first message names, and that refuses it, leaves nothing behind', () => {
  const { sides, watch } = watchedPair()
  const [alice, bob] = sides
  start(alice, bob.device)
  receive(bob, send(alice, 'hello'))
  const { type, bytes } = send(alice, 'of the first session')
  expect(type).toBe('prekey')
  start(alice, bob.device)
  receive(bob, send(alice, 'of the second session'))
  expect(bob.record?.archived.length).toBe(1)
  const { mac } = parsePreKeySignalMessage(bytes).message
  const at = mac.byteOffset - bytes.byteOffset
  expect(codeOf(() => bob.decrypt({ type, bytes: flipped(bytes, at) }))).toBe('invalid-message')
  expectNothingLeft(watch, sides)
  // The archive itself is as it was.
  const read = bob.decrypt({ type, bytes })
  expect(new TextDecoder().decode(read.plaintext)).toBe('of the first session')
})

test('a session that cannot be made leaves nothing behind', () => {
  const { sides, watch } = watchedPair()
  const [alice, bob] = sides
  const bundle = bundleOf(bob.device)
  expect(bundle.oneTimePrekey).toBeDefined()
  const oneTime = {
    ...bob.device.oneTime,
    keyPair: { ...bob.device.oneTime.keyPair, publicKey: new Uint8Array(32) },
  }
  expect(codeOf(() => alice.start({ ...bob.device, oneTime }))).toBe('invalid-key')
  expect(watch.seen()).toBeGreaterThan(3)
  expectNothingLeft(watch, sides)
})

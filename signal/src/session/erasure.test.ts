import { expect, test } from 'vitest'
import { watched, type Watched } from '#erasure-for-tests.ts'
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
import { secretsOf } from '#session/session-state.ts'
import { secretsOf as spqrSecretsOf } from '#spqr/spqr-for-tests.ts'

function watchedPair(): { readonly sides: readonly [TestSide, TestSide]; readonly watch: Watched } {
  const watch = watched(primitives)
  const [alice, bob] = [testDevice('alice'), testDevice('bob')]
  return {
    watch,
    sides: [
      new TestSide(alice, bob.local.address, watch.primitives),
      new TestSide(bob, alice.local.address, watch.primitives),
    ],
  }
}

/** Keys of a device, which stay, and what its current session holds. */
function heldBy({ device, record }: TestSide): readonly Uint8Array[] {
  const keys = [device.local.identity, device.signed.keyPair, device.oneTime.keyPair]
  const current = record?.current
  return [
    ...keys.map(({ privateKey }) => privateKey),
    ...(current === undefined ? [] : [...secretsOf(current), ...spqrSecretsOf(current.spqr)]),
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

test('a message that is refused leaves nothing of the Double Ratchet behind', () => {
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
    // A salt is SPQR's key for this message.
    expect(left(watch, sides).filter((what) => what !== 'salt of 32')).toEqual([])
  }
  expectRefusals(send(alice, 'turns the ratchet'))
  receive(bob, send(alice, 'x'))
  expectRefusals(send(alice, 'on the same chain'))
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

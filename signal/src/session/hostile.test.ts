import type { Primitives } from '@sotto/primitives'
import { describe, expect, test } from 'vitest'
import { parsePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import { parseSignalMessage } from '#messages/signal-message.ts'
import {
  codeOf,
  flipped,
  indexOf,
  primitives,
  testConversation,
  testPair,
  TestSide,
  toHex,
} from '#session/parties-for-tests.ts'
import type { CiphertextMessage } from '#session/parties.ts'
import { writeRecord } from '#session/record-format.ts'

const refusals = [
  'invalid-message',
  'malformed',
  'invalid-key',
  'unsupported-version',
  'unknown-prekey',
  // A changed counter that was there before: a chain says so before anything can be authenticated.
  'duplicated-message',
]

/** The offsets at which a changed byte goes unnoticed; anywhere else nothing may have happened. */
function unnoticed(
  side: TestSide,
  message: CiphertextMessage,
  offsets: Iterable<number>,
  bits: readonly number[],
): ReadonlySet<number> {
  const before = side.record === undefined ? undefined : toHex(writeRecord(side.record))
  const found = new Set<number>()
  for (const at of offsets) {
    for (const bit of bits) {
      const code = codeOf(() =>
        side.decrypt({ ...message, bytes: flipped(message.bytes, at, bit) }),
      )
      if (code === 'nothing') found.add(at)
      else expect(refusals).toContain(code)
    }
  }
  const after = side.record === undefined ? undefined : toHex(writeRecord(side.record))
  expect(after).toBe(before)
  return found
}

function* range(from: number, to: number, step = 1): Generator<number> {
  for (let at = from; at < to; at += step) yield at
}

/** Of a sender that writes version 3: the MAC is over the message itself, which is changed where it stands. */
const hmacSha256: Primitives['hmacSha256'] = (key, ...parts) => {
  const [, , , , authenticated] = parts
  if (authenticated !== undefined) authenticated[0] = 0x34
  return primitives.hmacSha256(key, ...parts)
}

describe('a changed message', () => {
  test('of an ordinary session is refused, whichever byte it is', () => {
    const [alice, bob] = testConversation()
    const message = alice.send('some text of a message')
    const { length } = message.bytes
    expect(unnoticed(bob, message, range(0, length), [1, 0x10, 0x80])).toEqual(new Set())
    expect(bob.receive(message)).toBe('some text of a message')
  })

  test('on a chain that is known is refused, whichever byte it is', () => {
    const [alice, bob] = testConversation()
    bob.receive(alice.send('x'))
    const message = alice.send('y')
    const { length } = message.bytes
    expect(unnoticed(bob, message, range(0, length), [1, 0xff])).toEqual(new Set())
  })

  test('cut short is refused, wherever it ends', () => {
    const [alice, bob] = testConversation()
    const message = alice.send('some text')
    for (const length of range(0, message.bytes.length)) {
      const cut = { ...message, bytes: message.bytes.subarray(0, length) }
      expect(refusals).toContain(codeOf(() => bob.decrypt(cut)))
    }
  })

  test('of a session that is known: outside of its message only base key and version count', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    bob.receive(alice.send('first'))
    const message = alice.send('second')
    const { bytes } = message
    const parsed = parsePreKeySignalMessage(bytes)
    const base = indexOf(bytes, parsed.baseKey)
    const inner = indexOf(bytes, parsed.message.authenticated)
    const innerEnd = inner + parsed.message.authenticated.length + 8
    const found = unnoticed(bob, message, range(1, innerEnd), [1, 0x80])
    // The id of the one-time prekey, and the initiator's identity, are ignored by now.
    for (const at of found) expect(at < base - 2 || (at >= base + 32 && at < inner)).toBe(true)
    expect(unnoticed(bob, message, [0], [0x10, 0x20, 0x40, 0x70, 0x80])).toEqual(new Set())
  })

  test('of a new session is refused, but for what nothing depends on', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    const message = alice.send('first')
    const { bytes } = message
    const parsed = parsePreKeySignalMessage(bytes)
    const innerEnd = indexOf(bytes, parsed.message.mac) + 8
    const kyber = indexOf(bytes, parsed.kyber?.ciphertext ?? bytes)
    // The tag of the registration id and its two bytes.
    const registration = [innerEnd, innerEnd + 1, innerEnd + 2]
    const offsets = [
      ...range(1, innerEnd, 3),
      ...range(innerEnd, kyber),
      ...range(kyber, bytes.length, 97),
    ]
    const found = unnoticed(bob, message, offsets, [1])
    for (const at of found) expect(registration).toContain(at)
    expect(bob.receive(message)).toBe('first')
  }, 20_000)

  test('sounds the same whatever was wrong with it', () => {
    const [alice, bob] = testConversation()
    const { bytes } = alice.send('some text')
    const { ratchetKey, ciphertext, spqrMessage, mac } = parseSignalMessage(bytes)
    const parts = [ratchetKey, ciphertext, ciphertext.subarray(15), spqrMessage, mac]
    const messages = new Set<string>()
    for (const part of parts) {
      try {
        bob.decrypt({ type: 'whisper', bytes: flipped(bytes, indexOf(bytes, part)) })
        expect.unreachable()
      } catch (error) {
        messages.add(String(error))
      }
    }
    expect([...messages]).toEqual(['SignalError: Cannot decrypt message'])
  })

  test('of an older version is refused, though its MAC is right', () => {
    const [first, other] = testPair()
    first.start(other.device)
    const [alice, bob] = testConversation()
    const peers = [
      { sender: first, reader: other, type: 'prekey' },
      { sender: alice, reader: bob, type: 'whisper' },
    ]
    for (const { sender, reader, type } of peers) {
      const older = new TestSide(sender.device, sender.remote, { ...primitives, hmacSha256 })
      older.record = sender.record
      const message = older.encrypt('x').message
      expect(message.type).toBe(type)
      const { bytes } = message
      const { version } =
        type === 'prekey' ? parsePreKeySignalMessage(bytes).message : parseSignalMessage(bytes)
      expect(version).toBe(3)
      expect(codeOf(() => reader.decrypt(message))).toBe('invalid-message')
      expect(reader.receive(sender.send('x'))).toBe('x')
    }
  })

  test.each([0, 1])('whose ratchet key is %i, which agrees on nothing, is refused', (key) => {
    const [alice, bob] = testConversation()
    const { type, bytes } = alice.send('x')
    const changed = Uint8Array.from(bytes)
    const at = indexOf(changed, parseSignalMessage(bytes).ratchetKey)
    changed.fill(0, at, at + 32)
    changed[at] = key
    expect(codeOf(() => bob.decrypt({ type, bytes: changed }))).toBe('invalid-message')
    expect(bob.receive({ type, bytes })).toBe('x')
  })

  test('whose ratchet key does not agree with our next one is refused', () => {
    const [alice, bob] = testConversation()
    const message = alice.send('x')
    let agreements = 0
    // No key that there is does so: those that agree on nothing do it with every key.
    const fickle = new TestSide(bob.device, bob.remote, {
      ...primitives,
      x25519: (privateKey, publicKey) =>
        ++agreements === 2 ? undefined : primitives.x25519(privateKey, publicKey),
    })
    fickle.record = bob.record
    expect(codeOf(() => fickle.decrypt(message))).toBe('invalid-message')
    expect(agreements).toBe(2)
    expect(fickle.receive(message)).toBe('x')
  })

  test('taken for the other type is malformed', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    const first = alice.send('first')
    expect(refusals).toContain(codeOf(() => bob.decrypt({ ...first, type: 'whisper' })))
    bob.receive(first)
    const answer = bob.send('x')
    expect(codeOf(() => alice.decrypt({ ...answer, type: 'prekey' }))).toBe('malformed')
  })
})

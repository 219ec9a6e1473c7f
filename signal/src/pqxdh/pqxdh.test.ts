import { describe, expect, test } from 'vitest'
import { decrypt } from '#session/decrypt.ts'
import {
  bundleOf,
  codeOf,
  flipped,
  nowMillis,
  prekeysOf,
  primitives,
  randomnessOf,
  testPair,
} from '#session/parties-for-tests.ts'
import { processBundle } from '#session/process-bundle.ts'

describe('a bundle', () => {
  const [alice, bob] = testPair()
  const bundle = bundleOf(bob.device)
  const { signedPrekey, kyberPrekey } = bundle
  const low = new Uint8Array(32)

  function codeFor(change: object): string {
    const input = { local: alice.device.local, remote: alice.remote, nowMillis }
    const changed = { ...bundle, ...change }
    return codeOf(() =>
      processBundle(
        primitives,
        { ...input, bundle: changed, record: undefined },
        randomnessOf('x'),
      ),
    )
  }

  test.each([
    ['another identity', { identityKey: alice.device.local.identity.publicKey }],
    ['another signed prekey', { signedPrekey: { ...signedPrekey, publicKey: low } }],
    [
      'a wrong signature',
      { signedPrekey: { ...signedPrekey, signature: flipped(signedPrekey.signature, 3) } },
    ],
    ['a short signature', { signedPrekey: { ...signedPrekey, signature: new Uint8Array(63) } }],
    [
      "the other key's signature",
      { kyberPrekey: { ...kyberPrekey, signature: signedPrekey.signature } },
    ],
    [
      'another Kyber prekey',
      { kyberPrekey: { ...kyberPrekey, publicKey: flipped(kyberPrekey.publicKey, 9) } },
    ],
  ])('with %s is not signed', (_, change) => {
    expect(codeFor(change)).toBe('invalid-signature')
  })

  test.each([
    ['a one-time prekey that agrees on nothing', { oneTimePrekey: { id: 1, publicKey: low } }],
    ['keys of another length', { oneTimePrekey: { id: 1, publicKey: new Uint8Array(33) } }],
    ['a long identity key', { identityKey: new Uint8Array(33) }],
    [
      'a Kyber prekey of another length',
      { kyberPrekey: { ...kyberPrekey, publicKey: new Uint8Array(1569) } },
    ],
  ])('with %s has an unusable key', (_, change) => {
    expect(codeFor(change)).toBe('invalid-key')
  })

  test('as it was made is fine', () => {
    expect(codeFor({})).toBe('nothing')
  })
})

describe('a first message', () => {
  const [alice, bob] = testPair()
  alice.start(bob.device)
  const message = alice.send('x')
  const prekeys = prekeysOf(bob.device)

  function codeWith(change: object, bytes = message.bytes): string {
    return codeOf(() =>
      decrypt(
        primitives,
        {
          local: bob.device.local,
          remote: bob.remote,
          record: undefined,
          message: { type: 'prekey', bytes },
          prekeys: { ...prekeys, ...change },
        },
        randomnessOf('x'),
      ),
    )
  }

  test.each([
    ['signed', { signed: undefined }],
    ['Kyber', { kyber: undefined }],
    ['one-time', { oneTime: undefined }],
    ['signed of this id', { signed: { ...bob.device.signed, id: 23 } }],
    ['Kyber of this id', { kyber: { ...bob.device.kyber, id: 34 } }],
    ['one-time of this id', { oneTime: { ...bob.device.oneTime, id: 12 } }],
  ])('needs its prekey: %s', (_, change) => {
    expect(codeWith(change)).toBe('unknown-prekey')
  })

  test('is refused with a base key that is not of prime order, or of version 3', () => {
    const at = message.bytes.indexOf(0x12) + 3
    for (const key of [
      new Uint8Array(32),
      Uint8Array.of(1, ...new Uint8Array(31)),
      // p + 2: not canonical.
      Uint8Array.of(0xef, ...new Uint8Array(30).fill(0xff), 0x7f),
    ]) {
      const bytes = message.bytes.slice()
      bytes.set(key, at)
      expect(codeWith({}, bytes)).toBe('invalid-message')
    }
    const old = message.bytes.slice()
    old[0] = 0x34
    expect(codeWith({}, old)).toBe('invalid-message')
    expect(codeWith({})).toBe('nothing')
  })
})

import { describe, expect, test } from 'vitest'
import {
  parsePreKeySignalMessage,
  type PreKeySignalMessage,
} from '#messages/pre-key-signal-message.ts'
import { acceptSession } from '#pqxdh/accept-session.ts'
import { agreeAsInitiator, agreeAsRecipient } from '#pqxdh/agreement.ts'
import { initiateSession } from '#pqxdh/initiate-session.ts'
import { serializeKyber } from '#keys/serialized-key.ts'
import { decrypt, noPrekeys } from '#session/decrypt.ts'
import { encrypt } from '#session/encrypt.ts'
import {
  bundleOf,
  codeOf,
  nowMillis,
  prekeysOf,
  primitives,
  randomnessOf,
  testDevice,
  testPair,
} from '#session/parties-for-tests.ts'

describe('both halves of the agreement', () => {
  const [alice, bob] = testPair()
  alice.start(bob.device)
  const message = parsePreKeySignalMessage(alice.send('x').bytes)
  const current = alice.record?.current
  const input = { local: bob.device.local, remote: bob.remote, prekeys: prekeysOf(bob.device) }

  function refusalOf(change: Partial<PreKeySignalMessage>): string {
    return codeOf(() => acceptSession(primitives, { ...input, message: { ...message, ...change } }))
  }

  test('start the chain in which the recipient could speak first', () => {
    const { state } = acceptSession(primitives, { ...input, message })
    const plaintext = new TextEncoder().encode('before I have read you')
    const record = { current: state, archived: [] }
    const sent = encrypt(
      primitives,
      { local: input.local.address, remote: input.remote, record, plaintext, nowMillis },
      randomnessOf('bob'),
    )
    const { local } = alice.device
    const { remote, record: own } = alice
    const read = decrypt(
      primitives,
      { local, remote, record: own, message: sent.message, prekeys: noPrekeys },
      randomnessOf('alice'),
    )
    expect(read.plaintext).toEqual(plaintext)
    expect(current?.receivers.map(({ ratchetKey, index }) => [ratchetKey, index])).toEqual([
      [bob.device.signed.keyPair.publicKey, 0],
    ])
  })

  test('leave the secret of Kyber to its owner', () => {
    const kyberSecret = new Uint8Array(32).fill(7)
    const [one, other] = [testDevice('one'), testDevice('other')]
    const initiator = {
      identityPrivateKey: one.local.identity.privateKey,
      basePrivateKey: one.oneTime.keyPair.privateKey,
      kyberSecret,
    }
    const recipient = {
      identityPrivateKey: other.local.identity.privateKey,
      signedPrekey: other.signed.keyPair,
      oneTimePrekey: undefined,
      kyberSecret,
    }
    const first = agreeAsInitiator(primitives, initiator, {
      identityKey: other.local.identity.publicKey,
      signedPrekey: other.signed.keyPair.publicKey,
      oneTimePrekey: undefined,
    })
    expect(first).toBeDefined()
    expect(kyberSecret).toEqual(new Uint8Array(32).fill(7))
    const second = agreeAsRecipient(primitives, recipient, {
      identityKey: one.local.identity.publicKey,
      baseKey: one.oneTime.keyPair.publicKey,
    })
    expect(second).toEqual(first)
    expect(kyberSecret).toEqual(new Uint8Array(32).fill(7))
  })

  test('refuse a first message without Kyber, of another version, or whose keys agree on nothing', () => {
    expect(refusalOf({})).toBe('nothing')
    expect(refusalOf({ kyber: undefined })).toBe('invalid-message')
    expect(refusalOf({ version: 3 })).toBe('invalid-message')
    expect(refusalOf({ kyber: undefined, version: 3 })).toBe('invalid-message')
    expect(refusalOf({ identityKey: new Uint8Array(32) })).toBe('invalid-message')
    const { kyber } = message
    if (kyber === undefined) throw new Error('Cannot shorten: there is no ciphertext')
    const ciphertext = kyber.ciphertext.subarray(1)
    expect(refusalOf({ kyber: { ...kyber, ciphertext } })).toBe('invalid-message')
  })

  test('refuse a Kyber prekey that is none, whoever signed it', () => {
    const bundle = bundleOf(bob.device)
    const publicKey = new Uint8Array(1568).fill(0xff)
    const signature = primitives.signXeddsa(
      bob.device.local.identity.privateKey,
      serializeKyber(publicKey),
      new Uint8Array(64),
    )
    const kyberPrekey = { ...bundle.kyberPrekey, publicKey, signature }
    const { local } = alice.device
    const start = { local, remote: alice.remote, bundle: { ...bundle, kyberPrekey }, nowMillis }
    expect(codeOf(() => initiateSession(primitives, start, randomnessOf('x')))).toBe('invalid-key')
  })
})

import { describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import { signXeddsa, verifyEd25519, x25519PublicKey } from '@sotto/primitives/noble'
import { verifyEd25519 as verifyNatively } from '@sotto/primitives/node'
import { isSignedBy } from '#relay/prekeys/keys.ts'

const serialized = (u: Uint8Array) => Uint8Array.of(0x05, ...u)

function drawIdentity() {
  const privateKey = Uint8Array.from(randomBytes(32))
  return { privateKey, publicKey: serialized(x25519PublicKey(privateKey)) }
}

describe.each([
  ['in JavaScript', verifyEd25519],
  ['natively', verifyNatively],
])('A signed prekey, verified %s', (_, verify) => {
  const identity = drawIdentity()
  const publicKey = serialized(randomBytes(32))
  const sign = (message: Uint8Array) => signXeddsa(identity.privateKey, message, randomBytes(64))

  test.each([
    ['all 33 bytes', publicKey],
    ['the bare 32', publicKey.subarray(1)],
  ])('signed over %s is good', (__, message) => {
    const signed = { keyId: 1, publicKey, signature: sign(message) }
    expect(isSignedBy(identity.publicKey, signed, verify)).toBe(true)
  })

  test.each([
    ['nothing', new Uint8Array()],
    ['the key with another first byte', Uint8Array.of(6, ...publicKey.subarray(1))],
    ['part of the key', publicKey.subarray(0, 32)],
    ['another key', serialized(randomBytes(32))],
  ])('signed over %s is not', (__, message) => {
    const signed = { keyId: 1, publicKey, signature: sign(message) }
    expect(isSignedBy(identity.publicKey, signed, verify)).toBe(false)
  })

  test('signed by somebody else is not', () => {
    const signed = { keyId: 1, publicKey, signature: sign(publicKey) }
    expect(isSignedBy(drawIdentity().publicKey, signed, verify)).toBe(false)
    expect(isSignedBy(serialized(new Uint8Array(32)), signed, verify)).toBe(false)
  })

  test('looking at it changes neither key nor signature', () => {
    const signed = { keyId: 1, publicKey, signature: Uint8Array.from(sign(publicKey)) }
    const copies = [identity.publicKey, publicKey, signed.signature].map((bytes) => [...bytes])
    isSignedBy(identity.publicKey, signed, verify)
    expect([identity.publicKey, publicKey, signed.signature].map((bytes) => [...bytes])).toEqual(
      copies,
    )
  })
})

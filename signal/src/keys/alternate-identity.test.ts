import { expect, test } from 'vitest'
import { signAlternateIdentity, verifyAlternateIdentity } from '#keys/alternate-identity.ts'
import { generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { ascii } from '#labels.ts'
import { flipped, fromHex, primitives, randomnessOf, toHex } from '#session/parties-for-tests.ts'

const random = randomnessOf('alternate identity')
const own = generateCurveKeyPair(primitives, random)
const other = generateCurveKeyPair(primitives, random)

test('an identity vouches for another, and only for that one', () => {
  const signature = signAlternateIdentity(primitives, own.privateKey, other.publicKey, random)
  const verify = (key: Uint8Array, of: Uint8Array, by: Uint8Array): boolean =>
    verifyAlternateIdentity(primitives, key, of, by)
  expect(verify(own.publicKey, other.publicKey, signature)).toBe(true)
  expect(verify(own.publicKey, own.publicKey, signature)).toBe(false)
  expect(verify(other.publicKey, other.publicKey, signature)).toBe(false)
  expect(verify(own.publicKey, flipped(other.publicKey, 5), signature)).toBe(false)
  for (let i = 0; i < signature.length; i++) {
    expect(verify(own.publicKey, other.publicKey, flipped(signature, i))).toBe(false)
  }
})

test('what is signed has the prefix, the label and the key with its type', () => {
  const signed = `${'ff'.repeat(32)}${toHex(ascii('Signal_PNI_Signature'))}05${toHex(other.publicKey)}`
  const signature = primitives.signXeddsa(own.privateKey, fromHex(signed), random(64))
  expect(verifyAlternateIdentity(primitives, own.publicKey, other.publicKey, signature)).toBe(true)
})

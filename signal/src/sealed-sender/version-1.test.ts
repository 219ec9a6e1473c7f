import { describe, expect, test } from 'vitest'
import { curveKeyPairOf } from '#keys/curve-key-pair.ts'
import { writeSealedContent } from '#sealed-sender/sealed-content.ts'
import { alice, bob, carol, contentOf, random } from '#sealed-sender/senders-for-tests.ts'
import { unsealMessage } from '#sealed-sender/unseal.ts'
import { sealForDevice } from '#sealed-sender/version-1.ts'
import { codeOf, flipped, fromHex, primitives, toHex } from '#session/parties-for-tests.ts'

const privateA = fromHex('0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20')
const privateB = fromHex('65666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828384')
const privateC = new Uint8Array(32).fill(0x42)
const content = contentOf('hello', { contentHint: 1, groupId: fromHex('01') })

function sealed(sender = alice): Uint8Array {
  const recipientIdentityKey = bob.publicKey
  return sealForDevice(
    primitives,
    { sender, recipientIdentityKey, content: writeSealedContent(content) },
    random,
  )
}

describe('a message sealed for one device', () => {
  test('has the recorded bytes', () => {
    const bytes = sealForDevice(
      primitives,
      {
        sender: curveKeyPairOf(primitives, privateC),
        recipientIdentityKey: curveKeyPairOf(primitives, privateB).publicKey,
        content: new TextEncoder().encode('content'),
      },
      () => privateA,
    )
    expect(toHex(bytes)).toBe(
      '110a210507a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c' +
        '122bf34af019907d8d428acf5012f2eae8fb2c69fc169a630f15477c748902a3f83dd1434d46b8a95c59c91325' +
        '1a11c19012bb8457a9037b1d946c27a6147a3b',
    )
    const ours = curveKeyPairOf(primitives, privateB)
    // It opens, and what is inside is no sealed content.
    expect(codeOf(() => unsealMessage(primitives, ours, bytes))).toBe('malformed')
  })

  test('opens for its recipient', () => {
    expect(unsealMessage(primitives, bob, sealed())).toEqual(content)
  })

  test('opens with any low nibble, and as version 0', () => {
    for (const version of [0x00, 0x0f, 0x10, 0x1f]) {
      const bytes = sealed()
      bytes[0] = version
      expect(unsealMessage(primitives, bob, bytes)).toEqual(content)
    }
  })

  test('opens for nobody else', () => {
    expect(codeOf(() => unsealMessage(primitives, carol, sealed()))).toBe('invalid-message')
  })

  test('has to come from whom its certificate names', () => {
    expect(codeOf(() => unsealMessage(primitives, bob, sealed(carol)))).toBe('invalid-message')
  })

  test('opens with no byte changed and none missing', () => {
    const bytes = sealed()
    const codes = new Set<string>()
    for (let i = 1; i < bytes.length; i++) {
      codes.add(codeOf(() => unsealMessage(primitives, bob, flipped(bytes, i))))
      codes.add(codeOf(() => unsealMessage(primitives, bob, bytes.subarray(0, i))))
    }
    expect([...codes].sort()).toEqual(['invalid-key', 'invalid-message', 'malformed'])
  })

  test('is not sealed for a key that agrees on nothing, nor opened with one', () => {
    const input = { sender: alice, content: new Uint8Array() }
    const zero = new Uint8Array(32)
    expect(
      codeOf(() => sealForDevice(primitives, { ...input, recipientIdentityKey: zero }, random)),
    ).toBe('invalid-key')
    const bytes = fromHex(`110a2105${'00'.repeat(32)}122b${'00'.repeat(43)}1a0a${'00'.repeat(10)}`)
    expect(codeOf(() => unsealMessage(primitives, bob, bytes))).toBe('invalid-message')
  })

  test.each([1, 2])(
    'is neither sealed nor opened when agreement %d comes to nothing',
    (failing) => {
      const failingAt = (at: number) => {
        let count = 0
        const x25519: typeof primitives.x25519 = (...keys) =>
          ++count === at ? undefined : primitives.x25519(...keys)
        return { ...primitives, x25519 }
      }
      const input = {
        sender: alice,
        recipientIdentityKey: bob.publicKey,
        content: new Uint8Array(),
      }
      expect(codeOf(() => sealForDevice(failingAt(failing), input, random))).toBe('invalid-key')
      expect(codeOf(() => unsealMessage(failingAt(failing), bob, sealed()))).toBe('invalid-message')
    },
  )

  test('may hold nothing, which is no content', () => {
    const input = { sender: alice, recipientIdentityKey: bob.publicKey, content: new Uint8Array() }
    const bytes = sealForDevice(primitives, input, random)
    expect(codeOf(() => unsealMessage(primitives, bob, bytes))).toBe('malformed')
  })

  test('is read with fields that nobody knows', () => {
    const unknown = fromHex('ba0103616263')
    const bytes = Uint8Array.of(0x11, ...unknown, ...sealed().subarray(1), ...unknown)
    expect(unsealMessage(primitives, bob, bytes)).toEqual(content)
  })

  test('needs all of its fields', () => {
    const fields = [`0a2105${'07'.repeat(32)}`, `122b${'00'.repeat(43)}`, `1a0a${'00'.repeat(10)}`]
    const code = (hex: string): string =>
      codeOf(() => unsealMessage(primitives, bob, fromHex(`11${hex}`)))
    expect(code(fields.join(''))).toBe('invalid-message')
    for (const missing of fields) {
      expect(code(fields.filter((field) => field !== missing).join(''))).toBe('malformed')
    }
    expect(code(`${fields.join('')}ff`)).toBe('malformed')
  })

  test('of another version is refused', () => {
    for (const version of [0x30, 0x33, 0x40, 0xff]) {
      const bytes = sealed()
      bytes[0] = version
      expect(codeOf(() => unsealMessage(primitives, bob, bytes))).toBe('unsupported-version')
    }
    expect(codeOf(() => unsealMessage(primitives, bob, new Uint8Array()))).toBe('malformed')
  })
})

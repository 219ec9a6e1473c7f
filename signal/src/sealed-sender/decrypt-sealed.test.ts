import { describe, expect, test } from 'vitest'
import {
  decryptSealedMessage,
  openSealedMessage,
  type SealedMessage,
} from '#sealed-sender/decrypt-sealed.ts'
import { writeSealedContent, type SealedContent } from '#sealed-sender/sealed-content.ts'
import {
  alice,
  aliceCertificate,
  aliceName,
  bob,
  bobName,
  certificateOf,
  contentOf,
  random,
  trust,
} from '#sealed-sender/senders-for-tests.ts'
import { sealForDevice } from '#sealed-sender/version-1.ts'
import { codeOf, nowMillis, primitives } from '#session/parties-for-tests.ts'

function sealed(content: SealedContent): Uint8Array {
  const recipientIdentityKey = bob.publicKey
  const written = writeSealedContent(content)
  const input = { sender: alice, recipientIdentityKey, content: written }
  return sealForDevice(primitives, input, random)
}

function messageTo(
  name: string,
  bytes: Uint8Array,
  options: Partial<SealedMessage> & {
    readonly deviceId?: number
    readonly phoneNumber?: string
  } = {},
): SealedMessage {
  const { deviceId = 1, phoneNumber, ...rest } = options
  const local = { address: { name, deviceId }, phoneNumber, identity: bob }
  return { bytes, local, trust, nowMillis, ...rest }
}

function unreachable(): never {
  throw new Error('Cannot decrypt: nothing should get here')
}

describe('a sealed message', () => {
  test('reaches the session with its sender', () => {
    for (const type of ['prekey', 'whisper'] as const) {
      const content = contentOf('inner', { type, contentHint: 2 })
      const message = messageTo(bobName, sealed(content))
      const result = decryptSealedMessage(primitives, message, (from, inner, sender) => {
        expect(from).toEqual({ name: aliceName, deviceId: 1 })
        expect(inner).toEqual({ type, bytes: content.message })
        expect(sender.content).toEqual(content)
        return 'plaintext'
      })
      expect(result).toBe('plaintext')
    }
  })

  test('may be decrypted inside asynchronously, and errors pass through', async () => {
    const message = messageTo(bobName, sealed(contentOf('inner')))
    await expect(decryptSealedMessage(primitives, message, () => Promise.resolve(5))).resolves.toBe(
      5,
    )
    const broken = new Error('the store is broken')
    expect(() =>
      decryptSealedMessage(primitives, message, () => {
        throw broken
      }),
    ).toThrow(broken)
  })

  test.each(['sender-key', 'plaintext'] as const)(
    'of type %s is opened, but is not for a session',
    (type) => {
      const message = messageTo(bobName, sealed(contentOf('inner', { type })))
      expect(openSealedMessage(primitives, message).content.type).toBe(type)
      expect(codeOf(() => decryptSealedMessage(primitives, message, unreachable))).toBe(
        'invalid-message',
      )
    },
  )

  test('is refused when its certificate is not valid', () => {
    const bytes = sealed(contentOf('inner'))
    const code = (options: Partial<SealedMessage>): string =>
      codeOf(() =>
        decryptSealedMessage(primitives, messageTo(bobName, bytes, options), unreachable),
      )
    expect(code({ nowMillis: nowMillis + 1 })).toBe('invalid-certificate')
    expect(code({ trust: { trustRoots: [bob.publicKey] } })).toBe('invalid-certificate')
  })

  test('of this very device is refused, by name or by number', () => {
    const open = (name: string, options: Parameters<typeof messageTo>[2]): string =>
      codeOf(() => openSealedMessage(primitives, messageTo(name, sealed(contentOf('x')), options)))
    const phoneNumber = aliceCertificate.phoneNumber ?? ''
    expect(open(aliceName, {})).toBe('self-send')
    expect(open(bobName, { phoneNumber })).toBe('self-send')
    expect(open(aliceName, { deviceId: 2 })).toBe('nothing')
    expect(open(bobName, { phoneNumber, deviceId: 2 })).toBe('nothing')
    expect(open(bobName, { phoneNumber: '+14152222222' })).toBe('nothing')
  })

  test('without a number on either side is not one of this device', () => {
    const content = contentOf('x', { certificate: certificateOf(alice, aliceName) })
    const message = messageTo(bobName, sealed(content))
    expect(codeOf(() => openSealedMessage(primitives, message))).toBe('nothing')
  })

  test('is refused as not valid before it is refused as one of this device', () => {
    const message = messageTo(aliceName, sealed(contentOf('x')), { nowMillis: nowMillis + 1 })
    expect(codeOf(() => openSealedMessage(primitives, message))).toBe('invalid-certificate')
  })
})

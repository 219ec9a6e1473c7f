import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { generateKeyPair, isSignedBy, sign, toEdwards } from '#clients/curve25519.ts'

const base64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

// Made by libsignal's JavaScript implementation; the message is the 33-byte signed prekey.
const vectors = [
  {
    signBit: 0,
    identityKey: base64('BRIuBFLcmaWLKjz8LOH2Qd/fUAkb6HYd08QJPmHyyFt1'),
    signedPreKey: base64('BRQXbveb7AMYG+cEA+N2Pfy5+y0uHV0xb1Sn5H0btkBG'),
    signature: base64(
      'bPj8X9fUEfaZj8Xcx6RIqqNeDrWLqNAFYyglE8qwdffuOp374+L2/bvSXRSg8k9TqYO+NASmt0xQY5HMpmXIAA==',
    ),
    edwards: '9a40fa66af6fd62f4a4788aab1759fe0f71276e951a842322d63537435e0b91a',
  },
  {
    signBit: 1,
    identityKey: base64('BY8nuEpx3Q/Z6dcZEoc06B7LopPjLII/RW7c9IkTwCRh'),
    signedPreKey: base64('BVnGOLxuBRVusSm8sHoeR2+4GWpsCEpR0ZKxB8NOvG16'),
    signature: base64(
      'e30D/AeKDzmTbMrh2xVBDQrBydR8EbFimpX5L71Y4FAVGJ+vgONEB4QNwDx44M/+l80KMgt9vS5RREGWqC/hhQ==',
    ),
    edwards: '072bbd582190f1a2dd854dcd40ad0d42f441e510bbd7c653c85eb5fec6f6a1e0',
  },
] as const

describe.each(vectors)('the published vector with sign bit $signBit', (vector) => {
  test('maps to its Edwards point', () => {
    expect(hex(toEdwards(vector.identityKey.subarray(1), vector.signBit))).toBe(vector.edwards)
  })

  test('verifies over the 33 bytes and not over the bare 32', () => {
    expect(isSignedBy(vector.identityKey, vector.signedPreKey, vector.signature)).toBe(true)
    const bare = vector.signedPreKey.subarray(1)
    expect(isSignedBy(vector.identityKey, bare, vector.signature)).toBe(false)
  })

  test('fails with any one bit of the signature turned', () => {
    for (let bit = 0; bit < 512; bit += 7) {
      const damaged = Uint8Array.from(vector.signature)
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(isSignedBy(vector.identityKey, vector.signedPreKey, damaged)).toBe(false)
    }
  })

  test("fails under the other vector's identity", () => {
    const other = vectors[1 - vector.signBit]?.identityKey ?? new Uint8Array()
    expect(isSignedBy(other, vector.signedPreKey, vector.signature)).toBe(false)
  })
})

describe('our own keys', () => {
  const pairs = Array.from({ length: 16 }, () => generateKeyPair())

  test('sign what verifies, with both sign bits', () => {
    const message = generateKeyPair().publicKey
    const bits = pairs.map((pair) => {
      const signature = sign(pair, message)
      expect(signature.length).toBe(64)
      expect(isSignedBy(pair.publicKey, message, signature)).toBe(true)
      return (signature[63] ?? 0) >> 7
    })
    expect(new Set(bits)).toEqual(new Set([0, 1]))
  })

  test('are the X25519 keys of their scalars', () => {
    for (const pair of pairs) {
      const jwk = { kty: 'OKP', crv: 'X25519', x: urlText(pair.publicKey.subarray(1)) }
      const own = createPrivateKey({
        key: { ...jwk, d: urlText(pair.scalar) },
        format: 'jwk',
      })
      const peer = generateKeyPair()
      const peerPublic = createPublicKey({
        key: { kty: 'OKP', crv: 'X25519', x: urlText(peer.publicKey.subarray(1)) },
        format: 'jwk',
      })
      const peerPrivate = createPrivateKey({
        key: {
          kty: 'OKP',
          crv: 'X25519',
          x: urlText(peer.publicKey.subarray(1)),
          d: urlText(peer.scalar),
        },
        format: 'jwk',
      })
      const shared = diffieHellman({ privateKey: own, publicKey: peerPublic })
      const mirrored = diffieHellman({
        privateKey: peerPrivate,
        publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
      })
      expect(hex(shared)).toBe(hex(mirrored))
    }
  })

  test('two signatures of one message differ', () => {
    const [pair] = pairs
    if (pair === undefined) throw new Error('Cannot test: no pair')
    expect(hex(sign(pair, pair.publicKey))).not.toBe(hex(sign(pair, pair.publicKey)))
  })
})

function urlText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

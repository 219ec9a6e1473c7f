import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { curve25519Of } from '#curve25519-sodium.ts'
import { verifyEd25519 as verifyByNoble } from '#ed25519-noble.ts'
import { verifyEd25519 as verifyByNode } from '#ed25519-node.ts'
import { groupOrder, type VerifyEd25519 } from '#ed25519.ts'
import { openSodium } from '#sodium.ts'
import { signXeddsa, x25519PublicKey } from '#xeddsa-sign.ts'
import { verifyXeddsa } from '#xeddsa.ts'

const { verifyEd25519: verifyBySodium } = curve25519Of(await openSodium())

const providers: readonly { readonly name: string; readonly verifyEd25519: VerifyEd25519 }[] = [
  { name: 'node:crypto', verifyEd25519: verifyByNode },
  { name: 'noble', verifyEd25519: verifyByNoble },
  { name: 'libsodium', verifyEd25519: verifyBySodium },
]

/** Made by libsignal's JavaScript port; each signs its signed pre-key as serialized, with the type byte. */
const published = [
  {
    sign: 0,
    identityKey: 'BRIuBFLcmaWLKjz8LOH2Qd/fUAkb6HYd08QJPmHyyFt1',
    signedPreKey: 'BRQXbveb7AMYG+cEA+N2Pfy5+y0uHV0xb1Sn5H0btkBG',
    signature:
      'bPj8X9fUEfaZj8Xcx6RIqqNeDrWLqNAFYyglE8qwdffuOp374+L2/bvSXRSg8k9TqYO+NASmt0xQY5HMpmXIAA==',
    edwards: '9a40fa66af6fd62f4a4788aab1759fe0f71276e951a842322d63537435e0b91a',
  },
  {
    sign: 1,
    identityKey: 'BY8nuEpx3Q/Z6dcZEoc06B7LopPjLII/RW7c9IkTwCRh',
    signedPreKey: 'BVnGOLxuBRVusSm8sHoeR2+4GWpsCEpR0ZKxB8NOvG16',
    signature:
      'e30D/AeKDzmTbMrh2xVBDQrBydR8EbFimpX5L71Y4FAVGJ+vgONEB4QNwDx44M/+l80KMgt9vS5RREGWqC/hhQ==',
    edwards: '072bbd582190f1a2dd854dcd40ad0d42f441e510bbd7c653c85eb5fec6f6a1e0',
  },
].map((vector) => ({
  sign: vector.sign,
  u: fromBase64(vector.identityKey).subarray(1),
  message: fromBase64(vector.signedPreKey),
  signature: fromBase64(vector.signature),
  edwards: fromHex(vector.edwards),
}))

const [first, second] = published
if (first === undefined || second === undefined) throw new Error('Expected two vectors')

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice()
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return copy
}

describe.each(providers)('XEdDSA by $name', ({ verifyEd25519 }) => {
  const verify = (u: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
    verifyXeddsa(u, message, signature, verifyEd25519)

  test('accepts what libsignal signed, with the Edwards key that libsignal derived', () => {
    for (const { u, message, signature, edwards } of published) {
      const tried: Uint8Array[] = []
      const spy: VerifyEd25519 = (key, ...rest) => {
        tried.push(key.slice())
        return verifyEd25519(key, ...rest)
      }
      expect(verifyXeddsa(u, message, signature, spy)).toBe(true)
      expect(tried).toEqual([edwards])
    }
  })

  test('refuses the bare key where the serialized one was signed', () => {
    for (const { u, message, signature } of published) {
      expect(verify(u, message.subarray(1), signature)).toBe(false)
    }
  })

  test('refuses every signature with one bit flipped, but for the bit that carries the sign', () => {
    for (let bit = 0; bit < 511; bit++) {
      const spoilt = flipped(second.signature, bit)
      expect({ bit, accepted: verify(second.u, second.message, spoilt) }).toEqual({
        bit,
        accepted: false,
      })
    }
    expect(verify(second.u, second.message, flipped(second.signature, 511))).toBe(true)
    expect(verify(first.u, first.message, flipped(first.signature, 511))).toBe(true)
  })

  test('refuses a flipped bit of message or key', () => {
    for (let bit = 0; bit < 264; bit += 11) {
      expect(verify(first.u, flipped(first.message, bit), first.signature)).toBe(false)
    }
    for (let bit = 0; bit < 256; bit += 11) {
      expect(verify(flipped(first.u, bit), first.message, first.signature)).toBe(false)
    }
  })

  test('refuses the other identity', () => {
    expect(verify(second.u, first.message, first.signature)).toBe(false)
    expect(verify(first.u, second.message, second.signature)).toBe(false)
  })

  test('refuses S + L, which libsignal lets pass', () => {
    for (const { u, message, signature } of published) {
      const spelt = signature.slice()
      const s = spelt.subarray(32)
      const carried = (s[31] ?? 0) & 0x80
      s[31] = (s[31] ?? 0) & 0x7f
      const value = s.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + groupOrder
      s.forEach((_, i) => (s[i] = Number((value >> BigInt(8 * i)) & 0xffn)))
      s[31] = (s[31] ?? 0) | carried
      expect(verify(u, message, spelt)).toBe(false)
    }
  })

  test('accepts a plain Ed25519 key mapped to Curve25519, whose signature carries no sign', () => {
    const signs = new Set<number>()
    for (let seed = 1; seed <= 8; seed++) {
      const secret = new Uint8Array(32).fill(seed)
      const key = ed25519.getPublicKey(secret)
      signs.add((key[31] ?? 0) >> 7)
      const signature = ed25519.sign(first.message, secret)
      expect(verify(ed25519.utils.toMontgomery(key), first.message, signature)).toBe(true)
    }
    expect(signs).toEqual(new Set([0, 1]))
  })

  test('refuses other lengths of signature and key', () => {
    const { u, message, signature } = first
    for (const length of [0, 63]) {
      expect(verify(u, message, signature.subarray(0, length))).toBe(false)
    }
    expect(verify(u, message, new Uint8Array([...signature, 0]))).toBe(false)
    expect(verify(u.subarray(1), message, signature)).toBe(false)
    expect(verify(new Uint8Array([5, ...u]), message, signature)).toBe(false)
  })

  test('accepts what signXeddsa signs, under any key, message and randomness', () => {
    const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const random = fc.uint8Array({ minLength: 64, maxLength: 64 })
    fc.assert(
      fc.property(bytes32, fc.uint8Array({ maxLength: 64 }), random, (key, message, z) => {
        const signature = signXeddsa(key, message, z)
        const u = x25519PublicKey(key)
        expect(verify(u, message, signature)).toBe(true)
        expect(verify(u, new Uint8Array([...message, 0]), signature)).toBe(false)
      }),
      { numRuns: 40 },
    )
  })

  test('leaves key, message and signature as they were', () => {
    const { u, message, signature } = second
    const before = [u.slice(), message.slice(), signature.slice()]
    verify(u, message, signature)
    expect([u, message, signature]).toEqual(before)
  })
})

describe('what XEdDSA refuses before any curve arithmetic', () => {
  const never: VerifyEd25519 = () => {
    throw new Error('Expected a refusal before the provider is asked')
  }

  test('low-order and non-canonical keys', () => {
    const p = 2n ** 255n - 19n
    const spellings = [0n, 1n, p - 1n, p, p + 1n, p + 9n, 9n + 2n ** 255n]
    for (const value of spellings) {
      const u = Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
      expect(verifyXeddsa(u, first.message, first.signature, never)).toBe(false)
    }
  })

  test('signatures of another length', () => {
    const longer = new Uint8Array([...first.signature, 0])
    expect(verifyXeddsa(first.u, first.message, longer, never)).toBe(false)
    expect(verifyXeddsa(first.u, first.message, first.signature.subarray(1), never)).toBe(false)
  })

  test('S that is not reduced', () => {
    const signature = first.signature.slice()
    signature.fill(0xff, 32)
    expect(verifyXeddsa(first.u, first.message, signature, never)).toBe(false)
  })
})

describe('signXeddsa', () => {
  const random = (byte: number): Uint8Array => new Uint8Array(64).fill(byte)

  test('signs byte for byte as libsignal does, with either sign', () => {
    const counting = Uint8Array.from({ length: 32 }, (_, i) => i + 1)
    expect(toHex(signXeddsa(counting, fromText('xeddsa vector'), random(7)))).toBe(
      'b577f7ee1c30828dfadd9dcd1ea9d8681312e6e524c5763ea128b19968e43fd3' +
        '7df7c92b061e9fe96328956189e78b953054dbdb85a79c535ca767a7e2fafd8c',
    )
    const ones = new Uint8Array(32).fill(1)
    expect(toHex(x25519PublicKey(ones))).toBe(
      'a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a209',
    )
    expect(toHex(signXeddsa(ones, fromText('m'), random(9)))).toBe(
      'ddeb392a062c2bb5f23367e6b62dd0045edf756f3265191b28841e3ecbf9e43f' +
        '41a43bf5caae0972e84f16752b625f0be4735202cb1f7f3b5d235fb73f8e9603',
    )
  })

  test('signs differently with different randomness', () => {
    const key = new Uint8Array(32).fill(1)
    expect(signXeddsa(key, fromText('m'), random(1))).not.toEqual(
      signXeddsa(key, fromText('m'), random(2)),
    )
  })

  test('names the length that is wrong', () => {
    expect(() => signXeddsa(new Uint8Array(31), fromText('m'), random(1))).toThrow(
      'Cannot sign: private key has 31 bytes of 32',
    )
    expect(() => signXeddsa(new Uint8Array(32), fromText('m'), new Uint8Array(32))).toThrow(
      'Cannot sign: 32 random bytes of 64',
    )
  })

  test('leaves key and randomness as they were', () => {
    const key = new Uint8Array(32).fill(0xff)
    const z = random(5)
    signXeddsa(key, fromText('m'), z)
    expect([key, z]).toEqual([new Uint8Array(32).fill(0xff), random(5)])
  })
})

test('a signature by libsignal itself is accepted', () => {
  const u = fromHex('7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14')
  const signature = fromHex(
    '44fa3d23d55c4ab0858db32f52043986d20b0ff3844cb67bcf5285cde213e4e6' +
      '93b00058b13781fb019bdc8ccdc6a410e4720e0fe1df688123b53a7fff9f9289',
  )
  expect(verifyXeddsa(u, fromText('from libsignal'), signature, verifyByNode)).toBe(true)
})

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function fromHex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, 'hex'))
}

function fromText(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text))
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

test('signing and verifying leave a Buffer that was handed in as it was', () => {
  const privateKey = Buffer.alloc(32, 7)
  const message = Buffer.from('a message')
  const signature = Buffer.from(signXeddsa(privateKey, message, new Uint8Array(64).fill(9)))
  expect(privateKey.equals(Buffer.alloc(32, 7))).toBe(true)
  signature[63] = (signature[63] as number) | 0x80
  const before = Buffer.from(signature)
  verifyXeddsa(x25519PublicKey(privateKey), message, signature, verifyByNoble)
  expect(signature.equals(before)).toBe(true)
})

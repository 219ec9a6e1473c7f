/**
 * @module A fast provider's answers are noble's, whatever the question.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { noblePrimitives } from '#provider-noble.ts'
import type { Primitives } from '#provider.ts'

const sized = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const some = fc.uint8Array({ maxLength: 200 })
/** Around the seams of blocks, areas and platforms. */
const much = fc
  .tuple(fc.constantFrom(0, 55, 63, 64, 135, 136, 167, 399, 400, 8159, 8192, 16_384), fc.nat(3))
  .map(([length, more]) => new Uint8Array(length + more).map((_, i) => (i * 31) & 0xff))

export function describeAgreement(provider: Primitives): void {
  const agree = (run: (p: Primitives) => unknown): void =>
    expect(run(provider)).toEqual(run(noblePrimitives))

  describe(`${provider.name} and noble`, () => {
    test('hash alike', () => {
      fc.assert(
        fc.property(fc.oneof(some, much), some, fc.nat(300), (data, more, length) => {
          agree((p) => [
            p.sha256(data, more),
            p.sha512(data, more),
            p.sha3_256(more, data),
            p.shake256(length, data, more),
            p.blake2s(data),
            p.hmacSha256(more, data),
            p.hmacSha256(data, more, data),
            p.hkdfSha256(more, data, more, length),
          ])
        }),
        { numRuns: 60 },
      )
    })

    test('calculate on Curve25519 alike', () => {
      fc.assert(
        fc.property(sized(32), sized(32), some, sized(64), (key, u, message, random) => {
          agree((p) => {
            const signature = p.signXeddsa(key, message, random)
            const signer = p.x25519PublicKey(key)
            return [
              signer,
              signature,
              p.verifyXeddsa(signer, message, signature),
              p.verifyXeddsa(u, message, signature),
              p.x25519(key, u),
              p.isPrimeOrderX25519Key(u),
              p.ed25519PublicKey(key),
              p.signEd25519(key, message),
              p.x25519PrivateKeyOfEd25519(key),
              p.x25519PublicKeyOfEd25519(u),
            ]
          })
        }),
        { numRuns: 25 },
      )
    })

    test('encapsulate and decapsulate alike, also with what is spoilt', () => {
      fc.assert(
        fc.property(sized(64), sized(32), fc.nat(8 * 1088 - 1), (seed, message, bit) => {
          for (const name of ['mlKem768', 'mlKem1024'] as const) {
            const { publicKey, secretKey } = noblePrimitives[name].keyPair(seed)
            const ciphertext = noblePrimitives[name].encapsulate(publicKey, message)?.ciphertext
            if (ciphertext === undefined) throw new Error('Expected a ciphertext')
            const spoilt = ciphertext.slice()
            spoilt[bit >> 3] = (spoilt[bit >> 3] as number) ^ (1 << (bit & 7))
            const spoiltKey = publicKey.slice()
            spoiltKey[bit >> 3] = (spoiltKey[bit >> 3] as number) ^ (1 << (bit & 7))
            agree((p) => [
              p[name].keyPair(seed),
              p[name].encapsulate(publicKey, message),
              p[name].encapsulate(spoiltKey, message),
              p[name].decapsulate(secretKey, ciphertext),
              p[name].decapsulate(secretKey, spoilt),
            ])
          }
        }),
        { numRuns: 12 },
      )
    })

    test('encrypt alike', () => {
      fc.assert(
        fc.property(sized(32), sized(16), fc.oneof(some, much), some, (key, iv, data, other) => {
          const nonce = iv.subarray(0, 12)
          agree((p) => [
            p.encryptAesCbc(key, iv, data),
            p.decryptAesCbc(key, iv, data),
            p.aesCtr(key, iv, data),
            p.aesGcm.seal(key, nonce, data, other),
            p.aesGcm.open(key, nonce, data, other),
            p.aesGcmSiv.seal(key, nonce, data, other),
            p.chaCha20Poly1305.seal(key, nonce, data, other),
            p.chaCha20Poly1305.open(key, nonce, data),
          ])
        }),
        { numRuns: 40 },
      )
    })
  })
}

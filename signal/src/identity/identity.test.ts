import { entropyToMnemonic, mnemonicToSeedSync } from '@scure/bip39'
import { wordlist } from '@scure/bip39/wordlists/english.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ed25519SignatureOf, identityFromSeed, signalKeyOf } from '#identity/identity.ts'
import { checkPhrase, generatePhrase, identityFromPhrase, seedOfPhrase } from '#identity/phrase.ts'
import vectors from '#identity/identity-vectors.json' with { type: 'json' }
import { codeOf, fromHex, primitives, toHex } from '#session/parties-for-tests.ts'

const { bip39, identities } = vectors

describe('a recovery phrase', () => {
  test.each(bip39)("is BIP39's for entropy $entropy", ({ entropy, phrase, seedWithTrezor }) => {
    expect(entropyToMnemonic(fromHex(entropy), wordlist)).toBe(phrase)
    expect(generatePhrase(() => fromHex(entropy))).toBe(phrase)
    expect(checkPhrase(phrase)).toBe(phrase)
    expect(toHex(mnemonicToSeedSync(phrase, 'TREZOR'))).toBe(seedWithTrezor)
  })

  test.each(bip39)('without a passphrase is what the platform makes of it', async ({ phrase }) => {
    const bytes = new TextEncoder()
    const password = bytes.encode(phrase)
    const salt = bytes.encode('mnemonic')
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
    const derivation = { name: 'PBKDF2', hash: 'SHA-512', salt, iterations: 2048 }
    const seed = new Uint8Array(await crypto.subtle.deriveBits(derivation, key, 512))
    expect(toHex(seedOfPhrase(phrase))).toBe(toHex(seed))
  })

  test('may be typed with capitals and any spaces', () => {
    const phrase = bip39[0]?.phrase ?? ''
    expect(checkPhrase(`  ${phrase.toUpperCase().replaceAll(' ', '\n \t')} `)).toBe(phrase)
  })

  test('is refused with a clear reason that quotes nothing', () => {
    const words = (bip39[1]?.phrase ?? '').split(' ')
    const cases: readonly (readonly [words: readonly string[], reason: RegExp])[] = [
      [words.slice(1), /has 23 words of 24/u],
      [[...words, 'zoo'], /has 25 words of 24/u],
      [words.slice(0, 12), /has 12 words of 24/u],
      [words.with(6, 'zoosecret'), /word 7 is not in the list/u],
      [words.with(0, 'zoo'), /checksum/u],
      [words.toReversed(), /checksum/u],
    ]
    for (const [list, reason] of cases) {
      const phrase = list.join(' ')
      expect(codeOf(() => identityFromPhrase(primitives, phrase))).toBe('invalid-argument')
      try {
        checkPhrase(phrase)
        expect.unreachable()
      } catch (error) {
        const { message, cause } = error as Error
        expect(message).toMatch(reason)
        expect(cause).toBeUndefined()
        expect(message).not.toContain('zoosecret')
        expect(message).not.toContain(list[0])
      }
    }
  })
})

describe('an identity', () => {
  test.each(identities)('of $phrase is always the same', (vector) => {
    const identity = identityFromPhrase(primitives, vector.phrase)
    expect(toHex(seedOfPhrase(vector.phrase))).toBe(vector.seed)
    expect(toHex(identity.ed25519Seed)).toBe(vector.ed25519Seed)
    expect(toHex(identity.ed25519PublicKey)).toBe(vector.ed25519PublicKey)
    expect(toHex(identity.keyPair.privateKey)).toBe(vector.privateKey)
    expect(toHex(identity.keyPair.publicKey)).toBe(vector.publicKey)
  })

  test('is one key on both curves, for either sign of its point', () => {
    const signs = new Set<number>()
    const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(seeds, fc.uint8Array({ maxLength: 100 }), (seed, message) => {
        const { ed25519PublicKey, keyPair } = identityFromSeed(primitives, seed)
        expect(signalKeyOf(primitives, ed25519PublicKey)).toEqual(keyPair.publicKey)
        const sign = (ed25519PublicKey[31] ?? 0) >> 7
        signs.add(sign)

        const random = new Uint8Array(64).fill(7)
        const signature = primitives.signXeddsa(keyPair.privateKey, message, random)
        expect((signature[63] ?? 0) >> 7).toBe(sign)
        const converted = ed25519SignatureOf(signature)
        expect(primitives.verifyEd25519(ed25519PublicKey, message, converted)).toBe(true)
        expect(primitives.verifyXeddsa(keyPair.publicKey, message, signature)).toBe(true)

        // And back: an Ed25519 signature that is told the sign.
        const native = primitives.signEd25519(seed, message)
        native[63] = (native[63] ?? 0) | (sign << 7)
        expect(primitives.verifyXeddsa(keyPair.publicKey, message, native)).toBe(true)
      }),
      { numRuns: 20, seed: 1 },
    )
    expect(signs).toEqual(new Set([0, 1]))
  })

  test('is made of a seed of 32 bytes only', () => {
    for (const length of [0, 31, 33, 64]) {
      const make = () => identityFromSeed(primitives, new Uint8Array(length))
      expect(codeOf(make)).toBe('invalid-argument')
    }
    expect(() => ed25519SignatureOf(new Uint8Array(63))).toThrow(RangeError)
  })
})

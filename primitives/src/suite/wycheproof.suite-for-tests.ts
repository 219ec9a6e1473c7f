/**
 * @module Wycheproof's vectors (C2SP/wycheproof), which are not part of this repository: they are read from beside it,
 * and each file that is not there is skipped by name.
 */
import { describe, expect, test } from 'vitest'
import type { Aead, Kem, Primitives } from '#provider.ts'
import { bytes, hex } from '#suite/bytes-for-tests.ts'
import { readVectors } from '#suite/vectors-for-tests.ts'

interface Vector {
  readonly tcId: number
  readonly result: 'valid' | 'invalid' | 'acceptable'
  readonly flags?: readonly string[]
  /** Hex under the names of the file's schema; `size` is a number. */
  readonly [field: string]: unknown
}

interface Group {
  readonly tests: readonly Vector[]
  readonly keySize?: number
  readonly ivSize?: number
  readonly tagSize?: number
  readonly publicKey?: { readonly pk: string }
}

type Field = (name: string) => Uint8Array

/** Whether a provider did as a vector wants; for valid ones that includes the result. */
type Check = (p: Primitives, field: Field, vector: Vector, group: Group) => boolean

const same = (a: Uint8Array | undefined, b: Uint8Array): boolean =>
  a !== undefined && hex(a) === hex(b)

function aead(choose: (p: Primitives) => Aead): Check {
  return (p, field, vector) => {
    const [key, nonce, aad] = [field('key'), field('iv'), field('aad')]
    const sealed = new Uint8Array([...field('ct'), ...field('tag')])
    if (nonce.length !== 12) {
      // AES-GCM has nonces of other sizes, which nobody here speaks.
      expect(() => choose(p).open(key, nonce, sealed, aad)).toThrow(RangeError)
      return vector.result !== 'invalid'
    }
    const opened = choose(p).open(key, nonce, sealed, aad)
    if (vector.result === 'invalid') return opened !== undefined
    return same(opened, field('msg')) && same(choose(p).seal(key, nonce, field('msg'), aad), sealed)
  }
}

function decapsulation(choose: (p: Primitives) => Kem): Check {
  return (p, field, vector) => {
    const kem = choose(p)
    if (field('seed').length !== 64) return refuses(() => kem.keyPair(field('seed')))
    const { publicKey, secretKey } = kem.keyPair(field('seed'))
    const secret = kem.decapsulate(secretKey, field('c'))
    if (vector.result === 'invalid') return secret !== undefined
    return same(publicKey, field('ek')) && same(secret, field('K'))
  }
}

function encapsulation(choose: (p: Primitives) => Kem): Check {
  return (p, field, vector) => {
    const made = choose(p).encapsulate(field('ek'), field('m'))
    if (vector.result === 'invalid') return made !== undefined
    return same(made?.ciphertext, field('c')) && same(made?.sharedSecret, field('K'))
  }
}

function keyPair(choose: (p: Primitives) => Kem): Check {
  return (p, field) => {
    const pair = choose(p).keyPair(field('seed'))
    return same(pair.publicKey, field('ek')) && same(pair.secretKey, field('dk'))
  }
}

/** False, as for every refusal, if a `RangeError` is thrown. */
function refuses(action: () => unknown): boolean {
  expect(action).toThrow(RangeError)
  return false
}

const files: readonly (readonly [file: string, check: Check])[] = [
  [
    'x25519',
    (p, field, vector) => {
      const shared = p.x25519(field('private'), field('public'))
      // "Acceptable" are three kinds. Points of the twist and spellings that are not canonical must agree as RFC 7748
      // has it, because libsignal agrees with them; an all-zero secret is refused (§6.1).
      if (vector.flags?.includes('ZeroSharedSecret') === true) return shared === undefined
      return same(shared, field('shared'))
    },
  ],
  [
    'ed25519',
    (p, field, _vector, group) =>
      p.verifyEd25519(bytes(group.publicKey?.pk ?? ''), field('msg'), field('sig')),
  ],
  [
    'hmac_sha256',
    (p, field, _vector, group) => {
      const tag = p.hmacSha256(field('key'), field('msg'))
      return same(tag.subarray(0, (group.tagSize ?? 0) / 8), field('tag'))
    },
  ],
  [
    'hkdf_sha256',
    (p, field, vector) => {
      const make = (): Uint8Array =>
        p.hkdfSha256(field('salt'), field('ikm'), field('info'), Number(vector['size']))
      return vector.result === 'invalid' ? refuses(make) : same(make(), field('okm'))
    },
  ],
  [
    'aes_cbc_pkcs5',
    (p, field, vector) => {
      const opened = p.decryptAesCbc(field('key'), field('iv'), field('ct'))
      if (vector.result === 'invalid') return opened !== undefined
      const sealed = p.encryptAesCbc(field('key'), field('iv'), field('msg'))
      return same(opened, field('msg')) && same(sealed, field('ct'))
    },
  ],
  ['aes_gcm', aead((p) => p.aesGcm)],
  ['chacha20_poly1305', aead((p) => p.chaCha20Poly1305)],
  ['mlkem_768', decapsulation((p) => p.mlKem768)],
  ['mlkem_768_encaps', encapsulation((p) => p.mlKem768)],
  ['mlkem_768_keygen_seed', keyPair((p) => p.mlKem768)],
  ['mlkem_1024', decapsulation((p) => p.mlKem1024)],
  ['mlkem_1024_encaps', encapsulation((p) => p.mlKem1024)],
  ['mlkem_1024_keygen_seed', keyPair((p) => p.mlKem1024)],
]

/** Our ciphers take keys of 256 bits, and tags of 128. */
function isOurs(group: Group, file: string): boolean {
  if (!/^(aes|chacha)/.test(file)) return true
  return group.keySize === 256 && (group.tagSize ?? 128) === 128
}

export async function describeWycheproof(p: Primitives): Promise<void> {
  for (const [file, check] of files) {
    const vectors = await readVectors(`wycheproof/${file}_test.json`)
    const isThere = vectors !== undefined
    const title = `Wycheproof ${file} by ${p.name}`
    describe.skipIf(!isThere)(isThere ? title : `${title} (../shared/vectors is not there)`, () => {
      test('every vector that concerns us is decided as published', () => {
        const { testGroups } = JSON.parse(vectors ?? '') as {
          readonly testGroups: readonly Group[]
        }
        let count = 0
        for (const group of testGroups.filter((each) => isOurs(each, file))) {
          for (const vector of group.tests) {
            const field: Field = (name) => {
              const value = vector[name]
              return bytes(typeof value === 'string' ? value : '')
            }
            const answer = check(p, field, vector, group)
            expect({ tcId: vector.tcId, answer }).toEqual({
              tcId: vector.tcId,
              answer: vector.result !== 'invalid',
            })
            count++
          }
        }
        expect(count).toBeGreaterThan(50)
      })
    })
  }
}

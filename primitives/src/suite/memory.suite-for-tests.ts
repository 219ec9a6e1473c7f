/**
 * @module What a provider does to the memory of its inputs and outputs.
 */
import { describe, expect, test } from 'vitest'
import type { Primitives } from '#provider.ts'
import { bufferOf, counting, hex } from '#suite/bytes-for-tests.ts'

export function describeMemory(p: Primitives): void {
  describe(`memory with ${p.name}`, () => {
    test('no input changes, no output is a Buffer or shares memory with anything', () => {
      for (const [name, run] of everything(p)) {
        // Views into a larger buffer, as a parser hands them in; and a Buffer.
        const whole = new Uint8Array(5000).map((_, i) => (i * 7) & 0xff)
        const before = whole.slice()
        const seen = new Set<ArrayBufferLike>([whole.buffer])
        for (let times = 0; times < 2; times++) {
          for (const output of outputsOf(
            run((from, length) => whole.subarray(from, from + length)),
          )) {
            expect({ name, plain: output.constructor === Uint8Array }).toEqual({
              name,
              plain: true,
            })
            expect({ name, own: !seen.has(output.buffer) }).toEqual({ name, own: true })
            expect({ name, spare: output.buffer.byteLength - output.length }).toEqual({
              name,
              spare: 0,
            })
            seen.add(output.buffer)
          }
        }
        expect({ name, same: hex(whole) === hex(before) }).toEqual({ name, same: true })
        const buffered = outputsOf(
          run((from, length) => bufferOf(whole.subarray(from, from + length))),
        )
        const plain = outputsOf(run((from, length) => whole.subarray(from, from + length)))
        expect({ name, buffered }).toEqual({ name, buffered: plain })
      }
    })
  })
}

type Take = (from: number, length: number) => Uint8Array

/** Each function once, on pieces of one buffer. */
function everything(p: Primitives): readonly (readonly [string, (take: Take) => unknown])[] {
  const u = p.x25519PublicKey(counting(32))
  const keys768 = p.mlKem768.keyPair(counting(64))
  const keys1024 = p.mlKem1024.keyPair(counting(64))
  const header = new Uint8Array([
    ...keys768.publicKey.subarray(1152),
    ...p.sha3_256(keys768.publicKey),
  ])
  const vector = keys768.publicKey.slice(0, 1152)
  return [
    ['sha256', (take) => p.sha256(take(1, 70), take(80, 3))],
    ['sha256 of more', (take) => p.sha256(take(1, 3000))],
    ['sha512', (take) => p.sha512(take(1, 70), take(80, 3))],
    ['sha3_256', (take) => p.sha3_256(take(1, 70))],
    ['shake256', (take) => p.shake256(77, take(1, 70))],
    ['blake2s', (take) => p.blake2s(take(1, 70), { key: take(3, 9), length: 20 })],
    ['hmac', (take) => p.hmacSha256(take(1, 32), take(40, 50))],
    ['hmac of more', (take) => p.hmacSha256(take(1, 32), take(40, 3000))],
    ['hkdf', (take) => p.hkdfSha256(take(1, 32), take(40, 50), take(3, 3), 80)],
    ['x25519 public key', (take) => p.x25519PublicKey(take(5, 32))],
    ['x25519', (take) => p.x25519(take(5, 32), u)],
    ['xeddsa', (take) => p.signXeddsa(take(5, 32), take(50, 40), take(100, 64))],
    ['ed25519 public key', (take) => p.ed25519PublicKey(take(5, 32))],
    ['ed25519', (take) => p.signEd25519(take(5, 32), take(50, 40))],
    ['x25519 of ed25519', (take) => p.x25519PrivateKeyOfEd25519(take(5, 32))],
    [
      'public x25519 of ed25519',
      (take) => p.x25519PublicKeyOfEd25519(p.ed25519PublicKey(take(5, 32))),
    ],
    ['verifying', (take) => p.verifyXeddsa(u, take(5, 32), take(100, 64))],
    ['ml-kem-768 key pair', (take) => p.mlKem768.keyPair(take(5, 64))],
    ['ml-kem-768', (take) => p.mlKem768.encapsulate(keys768.publicKey, take(5, 32))],
    ['ml-kem-768 first', (take) => p.mlKem768.encapsulateFirst(header, take(5, 32))],
    ['ml-kem-768 second', (take) => p.mlKem768.encapsulateSecond(header, vector, take(5, 32))],
    ['ml-kem-768 back', (take) => p.mlKem768.decapsulate(keys768.secretKey, take(5, 1088))],
    ['ml-kem-1024 key pair', (take) => p.mlKem1024.keyPair(take(5, 64))],
    ['ml-kem-1024', (take) => p.mlKem1024.encapsulate(keys1024.publicKey, take(5, 32))],
    ['ml-kem-1024 back', (take) => p.mlKem1024.decapsulate(keys1024.secretKey, take(5, 1568))],
    ['cbc', (take) => p.encryptAesCbc(take(5, 32), take(50, 16), take(101, 77))],
    [
      'cbc back',
      (take) =>
        p.decryptAesCbc(
          take(5, 32),
          take(50, 16),
          p.encryptAesCbc(take(5, 32), take(50, 16), take(101, 77)),
        ),
    ],
    ['ctr', (take) => p.aesCtr(take(5, 32), take(50, 16), take(101, 77))],
    ...(['aesGcm', 'aesGcmSiv', 'chaCha20Poly1305'] as const).map(
      (name) =>
        [
          name,
          (take: Take) => {
            const sealed = p[name].seal(take(5, 32), take(50, 12), take(101, 77), take(3, 7))
            const opened = p[name].open(take(5, 32), take(50, 12), sealed, take(3, 7))
            return { sealed, opened }
          },
        ] as const,
    ),
  ]
}

function outputsOf(result: unknown): Uint8Array[] {
  if (result instanceof Uint8Array) return [result]
  if (typeof result !== 'object' || result === null) return []
  return Object.values(result).flatMap(outputsOf)
}

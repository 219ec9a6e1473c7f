/**
 * @module What each provider needs for each primitive, in microseconds, the best of several rounds:
 * `bun primitives/src/provider.bench.ts`, or `node`. Names behind it choose rows: `… x25519 hmac`.
 */
import { openNodePrimitives } from '#provider-node.ts'
import { noblePrimitives } from '#provider-noble.ts'
import { openWasmPrimitives } from '#provider-wasm.ts'
import type { Primitives } from '#provider.ts'

const providers = [await openNodePrimitives(), await openWasmPrimitives(), noblePrimitives]
const chosen = process.argv.slice(2)

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)
const key = filled(32, 7)
const iv = filled(16, 9)
const nonce = filled(12, 9)
const kilobyte = filled(1024, 1)
const message = filled(33, 5)
const random = filled(64, 3)

const u = noblePrimitives.x25519PublicKey(filled(32, 8))
const signer = noblePrimitives.x25519PublicKey(key)
const signature = noblePrimitives.signXeddsa(key, message, random)
const ed25519Key = noblePrimitives.ed25519PublicKey(key)
const ed25519Signature = noblePrimitives.signEd25519(key, message)
const kyber = noblePrimitives.mlKem1024.keyPair(random)
const kyberSealed = noblePrimitives.mlKem1024.encapsulate(kyber.publicKey, key)?.ciphertext
const braid = noblePrimitives.mlKem768.keyPair(random)
const braidSealed = noblePrimitives.mlKem768.encapsulate(braid.publicKey, key)?.ciphertext
const vector = braid.publicKey.subarray(0, 1152)
const header = new Uint8Array(64)
header.set(braid.publicKey.subarray(1152))
header.set(noblePrimitives.sha3_256(braid.publicKey), 32)
const cbcSealed = noblePrimitives.encryptAesCbc(key, iv, kilobyte)
if (kyberSealed === undefined || braidSealed === undefined) throw new Error('Expected ciphertexts')

const rows: readonly (readonly [name: string, run: (p: Primitives) => unknown])[] = [
  ['x25519', (p) => p.x25519(key, u)],
  ['x25519 public key', (p) => p.x25519PublicKey(key)],
  ['prime-order check', (p) => p.isPrimeOrderX25519Key(u)],
  ['xeddsa sign', (p) => p.signXeddsa(key, message, random)],
  ['xeddsa verify', (p) => p.verifyXeddsa(signer, message, signature)],
  ['ed25519 sign', (p) => p.signEd25519(key, message)],
  ['ed25519 verify', (p) => p.verifyEd25519(ed25519Key, message, ed25519Signature)],
  ['ml-kem-1024 key pair', (p) => p.mlKem1024.keyPair(random)],
  ['ml-kem-1024 encapsulate', (p) => p.mlKem1024.encapsulate(kyber.publicKey, key)],
  ['ml-kem-1024 decapsulate', (p) => p.mlKem1024.decapsulate(kyber.secretKey, kyberSealed)],
  ['ml-kem-768 key pair', (p) => p.mlKem768.keyPair(random)],
  ['ml-kem-768 first half', (p) => p.mlKem768.encapsulateFirst(header, key)],
  ['ml-kem-768 second half', (p) => p.mlKem768.encapsulateSecond(header, vector, key)],
  ['ml-kem-768 decapsulate', (p) => p.mlKem768.decapsulate(braid.secretKey, braidSealed)],
  ['sha-256 32 B', (p) => p.sha256(key)],
  ['sha-256 1 kB', (p) => p.sha256(kilobyte)],
  ['sha-512 100 B', (p) => p.sha512(kilobyte.subarray(0, 100))],
  ['sha3-256 1 kB', (p) => p.sha3_256(kilobyte)],
  ['blake2s 64 B', (p) => p.blake2s(random)],
  ['hmac 32 B', (p) => p.hmacSha256(key, key)],
  ['hmac 1 kB', (p) => p.hmacSha256(key, kilobyte)],
  ['hkdf to 80 B', (p) => p.hkdfSha256(key, key, key, 80)],
  ['aes-cbc encrypt 1 kB', (p) => p.encryptAesCbc(key, iv, kilobyte)],
  ['aes-cbc decrypt 1 kB', (p) => p.decryptAesCbc(key, iv, cbcSealed)],
  ['aes-ctr 1 kB', (p) => p.aesCtr(key, iv, kilobyte)],
  ['aes-gcm seal 1 kB', (p) => p.aesGcm.seal(key, nonce, kilobyte)],
  ['aes-gcm-siv seal 1 kB', (p) => p.aesGcmSiv.seal(key, nonce, kilobyte)],
  ['chacha20 seal 1 kB', (p) => p.chaCha20Poly1305.seal(key, nonce, kilobyte)],
]

console.log('µs'.padEnd(26) + providers.map((provider) => provider.name.padStart(9)).join(''))
for (const [name, run] of rows) {
  if (chosen.length > 0 && !chosen.some((word) => name.includes(word))) continue
  const cells = providers.map((provider) =>
    micros(() => run(provider))
      .toFixed(2)
      .padStart(9),
  )
  console.log(name.padEnd(26) + cells.join(''))
}

/** The mean of the best of eight rounds of about 20 ms, behind two to warm up. */
function micros(run: () => unknown): number {
  let best = Infinity
  let count = 20
  for (let round = 0; round < 10; round++) {
    const startedAt = performance.now()
    for (let i = 0; i < count; i++) run()
    const millis = performance.now() - startedAt
    if (round >= 2) best = Math.min(best, (1000 * millis) / count)
    count = Math.max(20, Math.ceil((20 * count) / millis))
  }
  return best
}

/**
 * @module How long sealing and opening take, and how much of it is curve and cipher alone.
 *
 *     bun veil/src/seal/seal.bench.ts
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { openSealed, sealInfo, sealTo } from '#seal/seal.ts'

const rounds = 2_000
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const primitives = await openPrimitives()
const privateKey = random(32)
const publicKey = primitives.x25519PublicKey(privateKey)
const address = random(32)

async function time(name: string, work: () => unknown): Promise<void> {
  for (let round = 0; round < rounds / 4; round++) await work()
  const started = performance.now()
  for (let round = 0; round < rounds; round++) await work()
  const micros = ((performance.now() - started) * 1000) / rounds
  console.log(`${name}: ${micros.toFixed(1)} µs`)
}

for (const bytes of [300, 1_024, 65_536]) {
  const plaintext = new Uint8Array(bytes)
  const seal = (): Promise<Uint8Array | undefined> =>
    sealTo(primitives, random, publicKey, sealInfo, address, plaintext)
  const sealed = await seal()
  if (sealed === undefined) throw new Error('Not sealed')
  const open = (): Promise<Uint8Array | undefined> =>
    openSealed(primitives, privateKey, sealInfo, address, sealed)
  if ((await open())?.length !== bytes) throw new Error('Not opened')
  await time(`seal ${bytes} bytes`, seal)
  await time(`open ${bytes} bytes`, open)
  const key = random(32)
  const nonce = random(12)
  await time(`  cipher alone`, () => primitives.chaCha20Poly1305.seal(key, nonce, sealed, address))
}
await time('X25519 public key', () => primitives.x25519PublicKey(privateKey))
await time('X25519 agreement', () => primitives.x25519(privateKey, publicKey))
await time('HMAC-SHA256', () => primitives.hmacSha256(address, address))

/**
 * @module The provider for servers, on Node and on Bun: `@sotto/primitives/provider/node`. Ciphers by the platform,
 * ML-KEM by our own kernel, and of the rest, what is faster on the runtime at hand (`provider.bench.ts`):
 *
 * | | Node | Bun |
 * |---|---|---|
 * | X25519 | libsodium the first time with a key, then `node:crypto` | `node:crypto` |
 * | Ed25519, checking XEdDSA | libsodium | `node:crypto` |
 * | signing XEdDSA, other points | libsodium | libsodium |
 * | SHA-512 | libsodium | `node:crypto` |
 * | SHA-256 and HMAC of what is short; HKDF | kernel | `node:crypto` |
 * | SHA-256 and HMAC of what is long | `node:crypto` | `node:crypto` |
 */
import { blake2s } from '#blake2s.ts'
import { ciphers } from '#ciphers-node.ts'
import {
  ed25519PublicKey,
  signEd25519,
  x25519,
  x25519FromTheSecondTime,
  x25519PublicKey,
} from '#curve25519-node.ts'
import { curve25519Of } from '#curve25519-sodium.ts'
import { verifyEd25519 } from '#ed25519-node.ts'
import { cachedEdwardsY } from '#edwards-cache.ts'
import { hkdfSha256, hmacSha256, sha256, sha512 } from '#hashes-node.ts'
import type { Primitives } from '#provider.ts'
import { openSodium } from '#sodium.ts'
import { hashesOf } from '#wasm/hashes-wasm.ts'
import { openKernel } from '#wasm/kernel.ts'
import { mlKem1024Of, mlKem768Of } from '#wasm/ml-kem-wasm.ts'
import { verifyXeddsa } from '#xeddsa.ts'

const isBun = process.versions['bun'] !== undefined
/** From here on the platform's SHA-256 makes up for what a call of it costs on Node. */
const longBytes = 400

export async function openNodePrimitives(): Promise<Primitives> {
  const [kernel, sodium] = await Promise.all([openKernel(), openSodium()])
  const portable = {
    ...hashesOf(kernel),
    blake2s,
    ...curve25519Of(sodium),
    mlKem1024: mlKem1024Of(kernel),
    mlKem768: mlKem768Of(kernel),
  }
  return { name: 'node', ...portable, ...ciphers, ...(isBun ? bunsOwn() : nodesOwn(portable)) }
}

function bunsOwn(): Partial<Primitives> {
  const toEdwards = cachedEdwardsY()
  return {
    sha256,
    sha512,
    hmacSha256,
    hkdfSha256,
    x25519,
    x25519PublicKey,
    ed25519PublicKey,
    signEd25519,
    verifyEd25519,
    verifyXeddsa: (publicKey, message, signature) =>
      verifyXeddsa(publicKey, message, signature, verifyEd25519, toEdwards),
  }
}

function nodesOwn(
  portable: Pick<Primitives, 'sha256' | 'hmacSha256' | 'x25519'>,
): Partial<Primitives> {
  return {
    x25519: x25519FromTheSecondTime(portable.x25519),
    sha256: (...parts) => (isLong(parts) ? sha256(...parts) : portable.sha256(...parts)),
    hmacSha256: (key, ...parts) =>
      isLong(parts) ? hmacSha256(key, ...parts) : portable.hmacSha256(key, ...parts),
  }
}

function isLong(parts: readonly Uint8Array[]): boolean {
  let length = 0
  for (const part of parts) length += part.length
  return length >= longBytes
}

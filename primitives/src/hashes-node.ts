/**
 * @module SHA-2, HMAC and HKDF by `node:crypto`.
 */
import { createHash, createHmac, hkdfSync } from 'node:crypto'
import { own } from '#own-memory-node.ts'
import type { Primitives } from '#provider.ts'
import { requireHkdf } from '#sizes.ts'

export const sha256: Primitives['sha256'] = (...parts) => digest('sha256', parts)

export const sha512: Primitives['sha512'] = (...parts) => digest('sha512', parts)

export const hmacSha256: Primitives['hmacSha256'] = (key, ...parts) => {
  const hmac = createHmac('sha256', key)
  for (const part of parts) hmac.update(part)
  return own(hmac.digest())
}

export const hkdfSha256: Primitives['hkdfSha256'] = (salt, inputKeyMaterial, info, length) => {
  requireHkdf(info, length)
  // Bun's makes no empty ones.
  if (length === 0) return new Uint8Array(0)
  return new Uint8Array(hkdfSync('sha256', inputKeyMaterial, salt ?? noSalt, info, length))
}

const noSalt = new Uint8Array(32)

function digest(algorithm: string, parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash(algorithm)
  for (const part of parts) hash.update(part)
  return own(hash.digest())
}

/**
 * @module X25519 and Ed25519 by `node:crypto`. On Bun they are up to three times as fast as in WebAssembly.
 *
 * Keys travel as DER (RFC 8410), of which only the last 32 bytes differ. To import a private key takes longer than to
 * agree with it, and handshakes use one several times: what was imported is kept for as long as the caller keeps the
 * array that it came from, and used again if that array still says the same.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  sign,
} from 'node:crypto'
import { equalBytes } from '#constant-time.ts'
import { isLowOrder } from '#montgomery.ts'
import { own } from '#own-memory-node.ts'
import type { Primitives } from '#provider.ts'
import { keyBytes, requireBytes } from '#sizes.ts'

/** PKCS #8 of a private key up to its 32 bytes (RFC 8410 §7). */
const x25519Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex')
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
/** SubjectPublicKeyInfo up to its 32 bytes (RFC 8410 §4). */
const publicPrefix = Buffer.from('302a300506032b656e032100', 'hex')

export const x25519PublicKey: Primitives['x25519PublicKey'] = (privateKey) => {
  requireBytes('private key', privateKey, keyBytes)
  return publicKeyOf(agreementKey(privateKey, digestOf(privateKey)))
}

export const x25519: Primitives['x25519'] = (privateKey, publicKey) => {
  requireBytes('private key', privateKey, keyBytes)
  return agree(agreementKey(privateKey, digestOf(privateKey)), publicKey)
}

/**
 * For Node, where importing takes as long as agreeing in WebAssembly does, and agreeing with what is imported half of
 * that: the first agreement with a private key is `once`'s, and from the second on the key is imported and kept.
 */
export function x25519FromTheSecondTime(once: Primitives['x25519']): Primitives['x25519'] {
  const digestsByArray = new WeakMap<Uint8Array, Uint8Array>()
  return (privateKey, publicKey) => {
    requireBytes('private key', privateKey, keyBytes)
    const digest = digestOf(privateKey)
    const seen = digestsByArray.get(privateKey)
    if (seen !== undefined && equalBytes(seen, digest)) {
      return agree(agreementKey(privateKey, digest), publicKey)
    }
    digestsByArray.set(privateKey, digest)
    return once(privateKey, publicKey)
  }
}

function agree(privateKey: KeyObject, publicKey: Uint8Array): Uint8Array | undefined {
  requireBytes('public key', publicKey, keyBytes)
  if (isLowOrder(publicKey)) return undefined
  const key = Buffer.concat([publicPrefix, publicKey])
  return own(
    diffieHellman({
      privateKey,
      publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
    }),
  )
}

export const ed25519PublicKey: Primitives['ed25519PublicKey'] = (seed) => {
  requireBytes('seed', seed, keyBytes)
  return publicKeyOf(importPrivateKey(ed25519Prefix, seed))
}

export const signEd25519: Primitives['signEd25519'] = (seed, message) => {
  requireBytes('seed', seed, keyBytes)
  return own(sign(null, message, importPrivateKey(ed25519Prefix, seed)))
}

interface Imported {
  /** SHA-256 of the bytes that were imported: they may be erased, or others put in their place. */
  readonly digest: Uint8Array
  readonly key: KeyObject
}

const importedByArray = new WeakMap<Uint8Array, Imported>()

function digestOf(privateKey: Uint8Array): Uint8Array {
  return createHash('sha256').update(privateKey).digest()
}

function agreementKey(privateKey: Uint8Array, digest: Uint8Array): KeyObject {
  const known = importedByArray.get(privateKey)
  if (known !== undefined && equalBytes(known.digest, digest)) return known.key
  const key = importPrivateKey(x25519Prefix, privateKey)
  importedByArray.set(privateKey, { digest, key })
  return key
}

function importPrivateKey(prefix: Uint8Array, privateKey: Uint8Array): KeyObject {
  const key = Buffer.concat([prefix, privateKey])
  const imported = createPrivateKey({ key, format: 'der', type: 'pkcs8' })
  key.fill(0)
  return imported
}

function publicKeyOf(privateKey: KeyObject): Uint8Array {
  const der = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return Uint8Array.from(der.subarray(-keyBytes))
}

/**
 * @module The identity of an Obscura client: Curve25519 keys as libsignal serialises them, and the XEdDSA signature
 * that libsignal makes with them.
 *
 * A serialized public key is 33 bytes: 0x05, then the Montgomery u-coordinate. A signature is `R ‖ S`, 64 bytes;
 * bit 7 of byte 63 carries the sign of the signer's Edwards point, so that a verifier who knows u alone can find it
 * (libsignal's encoding; the XEdDSA specification of Signal leaves the bit 0 and negates the scalar instead).
 */
import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'

export interface KeyPair {
  /** The clamped scalar (RFC 7748 §5), 32 bytes, little-endian. */
  readonly scalar: Uint8Array
  /** 33 bytes. */
  readonly publicKey: Uint8Array
}

/** Hands out that many unpredictable bytes. */
export type Random = (count: number) => Uint8Array

const fieldPrime = 2n ** 255n - 19n
const order = ed25519.Point.Fn.ORDER
const keyType = 0x05

export function generateKeyPair(random: Random = randomBytes): KeyPair {
  const scalar = Uint8Array.from(random(32))
  scalar[0] = at(scalar, 0) & 0xf8
  scalar[31] = (at(scalar, 31) & 0x7f) | 0x40
  const { y } = edwardsPoint(scalar).toAffine()
  // The birational map of RFC 7748 §4.1: u = (1 + y) / (1 − y).
  const u = modulo((1n + y) * inverse(1n - y))
  return { scalar, publicKey: Uint8Array.from([keyType, ...littleEndian(u)]) }
}

/** A serialized key that nobody holds the scalar of: enough for one-time keys that are never used. */
export function unownedPublicKey(random: Random = randomBytes): Uint8Array {
  return Uint8Array.from([keyType, ...random(32)])
}

/** Signs as libsignal does: the nonce hash begins with 0xfe and 31 times 0xff. */
export function sign(pair: KeyPair, message: Uint8Array, random: Random = randomBytes): Uint8Array {
  const publicPoint = edwardsPoint(pair.scalar).toBytes()
  const prefix = new Uint8Array(32).fill(0xff)
  prefix[0] = 0xfe
  const nonce = hashToScalar(prefix, pair.scalar, message, random(64))
  const commitment = ed25519.Point.BASE.multiply(nonce).toBytes()
  const challenge = hashToScalar(commitment, publicPoint, message)
  const response = (nonce + challenge * integer(pair.scalar)) % order
  const signature = new Uint8Array(64)
  signature.set(commitment)
  signature.set(littleEndian(response), 32)
  signature[63] = (at(signature, 63) & 0x7f) | (at(publicPoint, 31) & 0x80)
  return signature
}

/** Verifies with the sign bit that the signature carries. */
export function isSignedBy(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 33 || publicKey[0] !== keyType || signature.length !== 64) return false
  const point = toEdwards(publicKey.subarray(1), at(signature, 63) >> 7)
  const plain = Uint8Array.from(signature)
  plain[63] = at(plain, 63) & 0x7f
  try {
    // SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 §4).
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), point])
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' })
    return verify(null, message, key, plain)
  } catch {
    // The platform refuses bytes that are no point of the curve; so do we.
    return false
  }
}

/** The compressed Edwards point of a u-coordinate: y = (u − 1) / (u + 1), with the sign of x in the top bit. */
export function toEdwards(u: Uint8Array, sign: number): Uint8Array {
  const coordinate = integer(u) & (2n ** 255n - 1n)
  const point = littleEndian(modulo((coordinate - 1n) * inverse(coordinate + 1n)))
  point[31] = at(point, 31) | (sign << 7)
  return point
}

function edwardsPoint(scalar: Uint8Array): typeof ed25519.Point.BASE {
  return ed25519.Point.BASE.multiply(integer(scalar) % order)
}

function hashToScalar(...parts: readonly Uint8Array[]): bigint {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return integer(hash.digest()) % order
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse())
}

function modulo(value: bigint): bigint {
  const rest = value % fieldPrime
  return rest < 0n ? rest + fieldPrime : rest
}

/** Fermat: a^(p−2). Zero has no inverse and gives zero, as the curve's formulas want it. */
function inverse(value: bigint): bigint {
  let result = 1n
  let base = modulo(value)
  for (let exponent = fieldPrime - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % fieldPrime
    base = (base * base) % fieldPrime
  }
  return result
}

function at(bytes: Uint8Array, index: number): number {
  const byte = bytes[index]
  if (byte === undefined)
    throw new RangeError(`Cannot read byte ${index}: length is ${bytes.length}`)
  return byte
}

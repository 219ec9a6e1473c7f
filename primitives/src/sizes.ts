/**
 * @module Sizes in bytes, and refusing byte strings of a wrong size where the caller alone decides it.
 */

/** Of AES-256, ChaCha20, X25519 and Ed25519 alike. */
export const keyBytes = 32
/** Of AES. */
export const blockBytes = 16
/** Of the three AEADs. */
export const nonceBytes = 12
export const tagBytes = 16

/** What SHAKE256 may be asked for. */
export const maxShakeBytes: number = 2 ** 30

/** What HKDF-SHA-256 gives at most (RFC 5869 §2.3), and the longest info that OpenSSL takes. */
const maxHkdfBytes: number = 255 * 32
const maxInfoBytes = 1024

/** Refuses what not every HKDF can do. */
export function requireHkdf(info: Uint8Array, length: number): void {
  requireBetween('length of the info', info.length, 0, maxInfoBytes)
  requireBetween('length', length, 0, maxHkdfBytes)
}

/** Throws a `RangeError` that names what is wrong. */
export function requireBytes(name: string, value: Uint8Array, bytes: number): void {
  if (value.length !== bytes) {
    throw new RangeError(`Expected ${name} of ${bytes} bytes, got ${value.length}`)
  }
}

/** For a size that may lie between two bounds. */
export function requireBetween(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`Expected ${name} between ${least} and ${most}, got ${value}`)
  }
}

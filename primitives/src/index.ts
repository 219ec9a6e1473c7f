/**
 * @module The locks that every side needs. What needs a library or a platform stands behind a path of its own, so that
 * the relay does not load what it does not use:
 *
 * - `@sotto/primitives/node`: Ed25519 by the platform
 * - `@sotto/primitives/noble`: Ed25519 in JavaScript, and signing
 */
export { equalBytes, wipe } from '#constant-time.ts'
export type { VerifyEd25519 } from '#ed25519.ts'
export { verifyXeddsa } from '#xeddsa.ts'
export type { Aead, Encapsulation, IncrementalKem, Kem, KemKeyPair, Primitives } from '#provider.ts'

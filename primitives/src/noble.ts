/**
 * @module What is built on noble: `@sotto/primitives/noble`.
 */
export { verifyEd25519 } from '#ed25519-noble.ts'
export { signXeddsa, x25519PublicKey } from '#xeddsa-sign.ts'

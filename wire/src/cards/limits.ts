/**
 * @module Sizes of what people publish and hand on about themselves.
 */

/** Of every public key on Curve25519. */
export const publicKeyBytes = 32
/** Of a public key of Kyber-1024. */
export const kemKeyBytes = 1568
/** libsignal's: 14 bits. */
export const maxRegistrationId = 16_383
/** 24 bits: where libsignal's server keeps them. */
export const maxPrekeyId = 0xff_ffff
/** So that a signed body fits into what the relay takes (`publish_keys` of the live door: 16384). */
export const maxSignedBodyBytes = 16_000
export const meetingNonceBytes = 32

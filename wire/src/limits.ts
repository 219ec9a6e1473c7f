/**
 * @module Sizes that both ends of a wire agree on, each with its source.
 */

/** Largest JSON or message body of the Obscura protocol, in bytes (obscura-server 0.3.9, axum's default). */
export const obscuraMaxBodyBytes = 2 * 1024 * 1024

/** Bytes of a serialized Curve25519 public key: type byte 0x05, then the u-coordinate (libsignal). */
export const curveKeyBytes = 33

/** Bytes of an XEdDSA or Ed25519 signature (RFC 8032 §5.1.6). */
export const signatureBytes = 64

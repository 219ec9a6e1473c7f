/**
 * @module The group operations of Curve25519 by libsodium's WebAssembly, called below its wrappers: those leave secrets
 * in freed memory, here each call wipes what it wrote.
 *
 * | scratch | content |
 * |---|---|
 * | 0 – 255 | points, scalars, keys |
 * | 256 – 319 | a signature or a digest |
 * | 320 – | a message; a longer one gets memory of its own |
 */
import libsodium from 'libsodium-wrappers-sumo'

/** What is used of the compiled library: pointers are numbers, a 64-bit length is two. 0 is success. */
interface SodiumFunctions {
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(address: number): void
  _crypto_hash_sha512(target: number, data: number, low: number, high: number): number
  _crypto_scalarmult_curve25519(target: number, scalar: number, point: number): number
  _crypto_scalarmult_curve25519_base(target: number, scalar: number): number
  _crypto_scalarmult_ed25519_base_noclamp(target: number, scalar: number): number
  _crypto_core_ed25519_is_valid_point(point: number): number
  _crypto_core_ed25519_scalar_reduce(target: number, wide: number): void
  _crypto_core_ed25519_scalar_mul(target: number, x: number, y: number): void
  _crypto_core_ed25519_scalar_add(target: number, x: number, y: number): void
  _crypto_sign_ed25519_seed_keypair(publicKey: number, secretKey: number, seed: number): number
  _crypto_sign_ed25519_detached(
    signature: number,
    length: number,
    message: number,
    low: number,
    high: number,
    secretKey: number,
  ): number
  _crypto_sign_ed25519_verify_detached(
    signature: number,
    message: number,
    low: number,
    high: number,
    publicKey: number,
  ): number
}

export interface Sodium {
  sha512(parts: readonly Uint8Array[]): Uint8Array
  /** Undefined when the result is all zero. */
  multiply(scalar: Uint8Array, u: Uint8Array): Uint8Array | undefined
  /** The u-coordinate of the base point times the clamped scalar. */
  multiplyBase(scalar: Uint8Array): Uint8Array
  /** The Edwards point of the base point times a scalar below 2^255, as it stands. */
  multiplyEdwardsBase(scalar: Uint8Array): Uint8Array
  /** Whether a canonical Edwards point is in the prime-order subgroup, and not the neutral one. */
  isPrimeOrder(point: Uint8Array): boolean
  /** 64 bytes modulo L. */
  reduce(wide: Uint8Array): Uint8Array
  /** a · b + c modulo L, for reduced scalars. */
  multiplyAdd(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array
  ed25519PublicKey(seed: Uint8Array): Uint8Array
  signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

const longAt = 256
const messageAt = 320
const messageRoom = 4096

export async function openSodium(): Promise<Sodium> {
  await libsodium.ready
  const { libsodium: sodium } = libsodium as unknown as { readonly libsodium: SodiumFunctions }
  const scratch = sodium._malloc(messageAt + messageRoom)
  if (scratch === 0) throw new RangeError('Cannot open libsodium: no memory')

  // `HEAPU8` is another view as soon as anybody made the memory grow.
  const write = (bytes: Uint8Array, at: number): number => {
    sodium.HEAPU8.set(bytes, scratch + at)
    return scratch + at
  }
  const read = (at: number, length: number): Uint8Array =>
    sodium.HEAPU8.slice(scratch + at, scratch + at + length)
  const wipe = (length: number): void => {
    sodium.HEAPU8.fill(0, scratch, scratch + length)
  }

  /** Runs `action` with the address of all parts, one behind the other; wipes them. */
  function withMessage<Result>(
    parts: readonly Uint8Array[],
    action: (address: number, length: number) => Result,
  ): Result {
    let length = 0
    for (const part of parts) length += part.length
    const isShort = length <= messageRoom
    const address = isShort ? scratch + messageAt : sodium._malloc(length)
    if (address === 0) throw new RangeError(`Cannot take ${length} bytes: no memory`)
    let at = address
    for (const part of parts) {
      sodium.HEAPU8.set(part, at)
      at += part.length
    }
    try {
      return action(address, length)
    } finally {
      sodium.HEAPU8.fill(0, address, address + length)
      if (!isShort) sodium._free(address)
    }
  }

  /** The pair of a seed: public key at 32, secret key at 64. */
  function expandSeed(seed: Uint8Array): void {
    sodium._crypto_sign_ed25519_seed_keypair(scratch + 32, scratch + 64, write(seed, 0))
  }

  return {
    sha512: (parts) =>
      withMessage(parts, (address, length) => {
        sodium._crypto_hash_sha512(scratch + longAt, address, length, 0)
        const digest = read(longAt, 64)
        wipe(messageAt)
        return digest
      }),
    multiply: (scalar, u) => {
      const status = sodium._crypto_scalarmult_curve25519(
        scratch + 64,
        write(scalar, 0),
        write(u, 32),
      )
      const result = status === 0 ? read(64, 32) : undefined
      wipe(96)
      return result
    },
    multiplyBase: (scalar) => {
      sodium._crypto_scalarmult_curve25519_base(scratch + 64, write(scalar, 0))
      const result = read(64, 32)
      wipe(96)
      return result
    },
    multiplyEdwardsBase: (scalar) => {
      sodium._crypto_scalarmult_ed25519_base_noclamp(scratch + 64, write(scalar, 0))
      const result = read(64, 32)
      wipe(96)
      return result
    },
    isPrimeOrder: (point) => sodium._crypto_core_ed25519_is_valid_point(write(point, 0)) === 1,
    reduce: (wide) => {
      sodium._crypto_core_ed25519_scalar_reduce(scratch + 64, write(wide, 0))
      const result = read(64, 32)
      wipe(96)
      return result
    },
    multiplyAdd: (a, b, c) => {
      sodium._crypto_core_ed25519_scalar_mul(scratch + 64, write(a, 0), write(b, 32))
      sodium._crypto_core_ed25519_scalar_add(scratch + 64, scratch + 64, write(c, 96))
      const result = read(64, 32)
      wipe(128)
      // The library's stack keeps the summands; the same call with nothing in it writes over them.
      sodium._crypto_core_ed25519_scalar_mul(scratch, scratch + 32, scratch + 64)
      sodium._crypto_core_ed25519_scalar_add(scratch, scratch + 32, scratch + 64)
      return result
    },
    ed25519PublicKey: (seed) => {
      expandSeed(seed)
      const publicKey = read(32, 32)
      wipe(128)
      return publicKey
    },
    signEd25519: (seed, message) =>
      withMessage([message], (address, length) => {
        expandSeed(seed)
        sodium._crypto_sign_ed25519_detached(scratch + longAt, 0, address, length, 0, scratch + 64)
        const signature = read(longAt, 64)
        wipe(messageAt)
        return signature
      }),
    verifyEd25519: (publicKey, message, signature) =>
      withMessage([message], (address, length) => {
        const signatureAt = write(signature, longAt)
        const keyAt = write(publicKey, 0)
        return (
          sodium._crypto_sign_ed25519_verify_detached(signatureAt, address, length, 0, keyAt) === 0
        )
      }),
  }
}

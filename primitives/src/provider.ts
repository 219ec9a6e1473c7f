/**
 * @module The front of this package: everything that our protocols ask of cryptography, as one object that is handed in.
 * Each provider implements all of it, and all pass the same suite with the same vectors.
 *
 * Everything is synchronous, because a ratchet's step is one transaction; what needs loading is loaded before the object
 * exists. Nothing here draws randomness: it is a parameter wherever an algorithm wants it. Sizes are in bytes. A wrong
 * size of something that the caller controls is a `RangeError`; what a peer can send is refused with `undefined` or
 * `false`. No input is changed, and no output shares memory with one.
 */
export interface Primitives {
  /** 'node', 'wasm' or 'noble', for benchmarks and tests. */
  readonly name: string

  // Hashes. Several parts count as their concatenation.

  /** FIPS 180-4. 32 bytes. */
  sha256(...parts: readonly Uint8Array[]): Uint8Array
  /** FIPS 180-4. 64 bytes. */
  sha512(...parts: readonly Uint8Array[]): Uint8Array
  /** FIPS 202. 32 bytes. */
  sha3_256(...parts: readonly Uint8Array[]): Uint8Array
  /** FIPS 202. `length` bytes. */
  shake256(length: number, ...parts: readonly Uint8Array[]): Uint8Array
  /** RFC 7693. `length` 1–32, 32 if not given; `key` up to 32. */
  blake2s(
    data: Uint8Array,
    options?: { readonly key?: Uint8Array; readonly length?: number },
  ): Uint8Array
  /** RFC 2104 with SHA-256. 32 bytes. */
  hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array
  /** RFC 5869 with SHA-256. Without a salt it is 32 zero bytes. `info` up to 1024, `length` up to 255 · 32. */
  hkdfSha256(
    salt: Uint8Array | undefined,
    inputKeyMaterial: Uint8Array,
    info: Uint8Array,
    length: number,
  ): Uint8Array

  // Curve25519. Private keys are 32 bytes and clamped where they are used (RFC 7748 §5).

  /** RFC 7748 §6.1: the u-coordinate, 32 bytes. */
  x25519PublicKey(privateKey: Uint8Array): Uint8Array
  /** RFC 7748 §6.1. Undefined when the result is all zero, which only a peer's low-order key brings about. */
  x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined
  /** Whether the u-coordinate is canonical and its point, mapped with sign 0, lies in the prime-order subgroup. */
  isPrimeOrderX25519Key(publicKey: Uint8Array): boolean
  /** XEdDSA in libsignal's form (`xeddsa.ts`). `random` is 64 fresh bytes. 64 bytes. */
  signXeddsa(privateKey: Uint8Array, message: Uint8Array, random: Uint8Array): Uint8Array
  verifyXeddsa(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** RFC 8032 §5.1.5: the public key of a 32-byte seed. */
  ed25519PublicKey(seed: Uint8Array): Uint8Array
  /** RFC 8032 §5.1.6. 64 bytes. */
  signEd25519(seed: Uint8Array, message: Uint8Array): Uint8Array
  /** Strict, as `ed25519.ts` says. */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** The X25519 private key that belongs to an Ed25519 seed: the clamped first half of its SHA-512 (RFC 8032 §5.1.5). */
  x25519PrivateKeyOfEd25519(seed: Uint8Array): Uint8Array
  /** The u-coordinate of an Ed25519 public key (RFC 7748 §4.1). Undefined when it is no point of prime order. */
  x25519PublicKeyOfEd25519(publicKey: Uint8Array): Uint8Array | undefined

  /** FIPS 203, 1024: key 1568, secret 3168, ciphertext 1568. */
  readonly mlKem1024: Kem
  /** FIPS 203, 768: key 1184, secret 2400, ciphertext 1088; and in two halves. */
  readonly mlKem768: IncrementalKem

  // AES with 256-bit keys.

  /** NIST SP 800-38A with PKCS#7 padding. */
  encryptAesCbc(key: Uint8Array, iv: Uint8Array, plaintext: Uint8Array): Uint8Array
  /** Undefined when there is no whole block or the padding is wrong. Only to be called on what is authenticated. */
  decryptAesCbc(key: Uint8Array, iv: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined
  /** NIST SP 800-38A, both directions. `counterBlock` is the first of 16 bytes, big-endian. */
  aesCtr(key: Uint8Array, counterBlock: Uint8Array, data: Uint8Array): Uint8Array
  /** NIST SP 800-38D; nonce 12, tag 16 behind the ciphertext. */
  readonly aesGcm: Aead
  /** RFC 8452; nonce 12, tag 16 behind the ciphertext. */
  readonly aesGcmSiv: Aead
  /** RFC 8439; key 32, nonce 12, tag 16 behind the ciphertext. */
  readonly chaCha20Poly1305: Aead
}

export interface Aead {
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    plaintext: Uint8Array,
    associatedData?: Uint8Array,
  ): Uint8Array
  /** Undefined when the tag does not fit. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associatedData?: Uint8Array,
  ): Uint8Array | undefined
}

export interface KemKeyPair {
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
}

export interface Encapsulation {
  readonly ciphertext: Uint8Array
  /** 32 bytes. */
  readonly sharedSecret: Uint8Array
}

export interface Kem {
  /** ML-KEM.KeyGen_internal (§6.1) of the 64-byte seed d ‖ z. */
  keyPair(seed: Uint8Array): KemKeyPair
  /** ML-KEM.Encaps_internal (§6.2) with the 32-byte m. Undefined when the key fails the check of §7.2. */
  encapsulate(publicKey: Uint8Array, message: Uint8Array): Encapsulation | undefined
  /**
   * ML-KEM.Decaps_internal (§6.3): implicit rejection. Undefined when the ciphertext has the wrong length. A secret key
   * that does not match its own hash (§7.3) is a `RangeError`.
   */
  decapsulate(secretKey: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined
}

/**
 * ML-KEM-768 whose encapsulation runs in two halves (signal.org, "The ML-KEM Braid"): the first needs only the header,
 * 64 bytes: ρ (32) ‖ SHA3-256(t̂ ‖ ρ). Its public key is t̂ (1152) ‖ ρ (32), its ciphertext ct1 (960) ‖ ct2 (128).
 */
export interface IncrementalKem extends Kem {
  /** ct1 and the shared secret, which do not depend on t̂. */
  encapsulateFirst(
    header: Uint8Array,
    message: Uint8Array,
  ): { readonly ciphertext1: Uint8Array; readonly sharedSecret: Uint8Array }
  /** ct2, or undefined when `vector` (t̂, 1152) does not belong to the header or has a coefficient ≥ 3329. */
  encapsulateSecond(
    header: Uint8Array,
    vector: Uint8Array,
    message: Uint8Array,
  ): Uint8Array | undefined
}

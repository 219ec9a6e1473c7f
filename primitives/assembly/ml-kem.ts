/**
 * @module ML-KEM-768 and ML-KEM-1024 (FIPS 203 §5–6), told apart by their rank, 3 or 4; and the two halves of an
 * encapsulation. What each function wants stands in `input`, in the order named; what it makes stands in `output`.
 */
import { compress, decode12, decompress, encode12, sampleMatrixEntry, sampleNoise } from './coding'
import {
  sha3For256,
  sha3For512,
  spongeAbsorb,
  spongePad,
  spongeSqueeze,
  spongeStart,
} from './keccak'
import {
  again,
  decoded,
  endOfSecrets,
  input,
  keyAndCoins,
  matrixRow,
  noise,
  output,
  plain,
  polynomialBytes,
  prepared,
  rejected,
  sum,
} from './layout'
import {
  add,
  multiplyRow,
  normalise,
  prepare,
  subtractFrom,
  transform,
  transformBack,
} from './polynomial'

/** d_u and d_v (table 2). */
function vectorBits(rank: usize): usize {
  return rank === 4 ? 11 : 10
}

function messageBits(rank: usize): usize {
  return rank === 4 ? 5 : 4
}

/** Takes d ‖ z; makes the secret key, in whose middle the public key stands. Algorithms 13 and 16. */
export function keyPair(rank: usize): void {
  store<u8>(plain, <u8>rank)
  sha3For512(keyAndCoins, input, 32, plain, 1)
  const sigma = keyAndCoins + 32
  prepareNoise(rank, sigma, output)

  const publicKey = output + rank * 384
  for (let i: usize = 0; i < rank; i++) {
    for (let j: usize = 0; j < rank; j++) {
      sampleMatrixEntry(matrixRow + polynomialBytes * j, keyAndCoins, j, i)
    }
    multiplyRow(sum, matrixRow, prepared, rank)
    sampleNoise(noise, sigma, rank + i)
    transform(noise)
    add(sum, noise)
    normalise(sum)
    encode12(publicKey + 384 * i, sum)
  }
  memory.copy(publicKey + rank * 384, keyAndCoins, 32)

  const publicKeyBytes = rank * 384 + 32
  const hash = publicKey + publicKeyBytes
  sha3For256(hash, publicKey, publicKeyBytes)
  memory.copy(hash + 32, input + 32, 32)
}

/** Takes the public key and m; makes K and the ciphertext. False when the key fails its check. Algorithm 17. */
export function encapsulate(rank: usize): bool {
  const message = input + rank * 384 + 32
  if (!decodeVector(rank, input)) return false
  shareSecret(rank)
  memory.copy(output, keyAndCoins, 32)
  encrypt(rank, input + rank * 384, message, output + 32)
  return true
}

/** Takes the secret key and the ciphertext; makes K. False when the key does not fit its hash (§7.3). Algorithm 18. */
export function decapsulate(rank: usize): bool {
  const publicKey = input + rank * 384
  const publicKeyBytes = rank * 384 + 32
  const hash = publicKey + publicKeyBytes
  const ciphertext = hash + 64
  const ciphertextBytes = (rank * vectorBits(rank) + messageBits(rank)) * 32
  sha3For256(keyAndCoins, publicKey, publicKeyBytes)
  if (!isEqual(keyAndCoins, hash, 32)) return false

  // Algorithm 15: m' of w = v - s·u.
  for (let i: usize = 0; i < rank; i++) {
    decompress(noise, ciphertext + vectorBits(rank) * 32 * i, <u32>vectorBits(rank))
    transform(noise)
    prepare(prepared + polynomialBytes * 2 * i, noise)
  }
  decodeVector(rank, input)
  multiplyRow(sum, decoded, prepared, rank)
  transformBack(sum)
  decompress(noise, ciphertext + vectorBits(rank) * 32 * rank, <u32>messageBits(rank))
  subtractFrom(sum, noise)
  normalise(sum)
  compress(plain, sum, 1)

  sha3For512(keyAndCoins, plain, 32, hash, 32)
  spongeStart(136)
  spongeAbsorb(hash + 32, 32)
  spongeAbsorb(ciphertext, ciphertextBytes)
  spongePad(0x1f)
  spongeSqueeze(rejected, 32)

  decodeVector(rank, publicKey)
  encrypt(rank, publicKey + rank * 384, plain, again)
  const mask = differenceMask(again, ciphertext, ciphertextBytes)
  for (let i: usize = 0; i < 32; i += 8) {
    const secret = load<u64>(keyAndCoins + i)
    store<u64>(output + i, secret ^ (mask & (secret ^ load<u64>(rejected + i))))
  }
  return true
}

/** Takes ρ ‖ H(ek) and m; makes K and ct1. */
export function encapsulateFirst(): void {
  sha3For512(keyAndCoins, input + 64, 32, input + 32, 32)
  memory.copy(output, keyAndCoins, 32)
  prepareNoise(3, keyAndCoins + 32, 0)
  encryptVector(3, input, output + 32)
}

/** Takes t̂, ρ, m and H(ek); makes ct2. False when they do not belong together or a coefficient is too large. */
export function encapsulateSecond(): bool {
  const hash = input + 1216
  if (!decodeVector(3, input)) return false
  shareSecret(3)
  // `shareSecret` has left H(ek) there.
  if (!isEqual(rejected, hash, 32)) return false
  prepareNoise(3, keyAndCoins + 32, 0)
  encryptMessage(3, input + 1184, output)
  return true
}

/** (K, r) = G(m ‖ H(ek)), for a public key and m in `input`. */
function shareSecret(rank: usize): void {
  const publicKeyBytes = rank * 384 + 32
  sha3For256(rejected, input, publicKeyBytes)
  sha3For512(keyAndCoins, input + publicKeyBytes, 32, rejected, 32)
}

/** Algorithm 14, for t̂ in `decoded` and r in `keyAndCoins`. */
function encrypt(rank: usize, rho: usize, message: usize, target: usize): void {
  prepareNoise(rank, keyAndCoins + 32, 0)
  encryptVector(rank, rho, target)
  encryptMessage(rank, message, target + vectorBits(rank) * 32 * rank)
}

/** NTT of the first `rank` noise polynomials of a seed, prepared for products and, if there is a target, encoded. */
function prepareNoise(rank: usize, seed: usize, target: usize): void {
  for (let i: usize = 0; i < rank; i++) {
    sampleNoise(noise, seed, i)
    transform(noise)
    prepare(prepared + polynomialBytes * 2 * i, noise)
    if (target !== 0) {
      normalise(noise)
      encode12(target + 384 * i, noise)
    }
  }
}

/** u, compressed: ct1. */
function encryptVector(rank: usize, rho: usize, target: usize): void {
  const bits = vectorBits(rank)
  for (let i: usize = 0; i < rank; i++) {
    for (let j: usize = 0; j < rank; j++) {
      sampleMatrixEntry(matrixRow + polynomialBytes * j, rho, i, j)
    }
    multiplyRow(sum, matrixRow, prepared, rank)
    transformBack(sum)
    sampleNoise(noise, keyAndCoins + 32, rank + i)
    add(sum, noise)
    normalise(sum)
    compress(target + bits * 32 * i, sum, <u64>bits)
  }
}

/** v, compressed: ct2. */
function encryptMessage(rank: usize, message: usize, target: usize): void {
  multiplyRow(sum, decoded, prepared, rank)
  transformBack(sum)
  sampleNoise(noise, keyAndCoins + 32, rank * 2)
  add(sum, noise)
  decompress(noise, message, 1)
  add(sum, noise)
  normalise(sum)
  compress(target, sum, <u64>messageBits(rank))
}

/** Whether all coefficients are below q. */
function decodeVector(rank: usize, source: usize): bool {
  let fits = true
  for (let i: usize = 0; i < rank; i++) {
    if (!decode12(decoded + polynomialBytes * i, source + 384 * i)) fits = false
  }
  return fits
}

/** All ones where two byte strings differ, otherwise zero; in a time that depends on the length alone. */
function differenceMask(a: usize, b: usize, length: usize): u64 {
  let difference: u64 = 0
  for (let i: usize = 0; i < length; i += 8) {
    difference |= load<u64>(a + i) ^ load<u64>(b + i)
  }
  return -((difference | -difference) >> 63)
}

/** For public values. */
function isEqual(a: usize, b: usize, length: usize): bool {
  return differenceMask(a, b, length) === 0
}

/** Everything that a call may have left. */
export function wipeAll(): void {
  memory.fill(0, 0, endOfSecrets)
}

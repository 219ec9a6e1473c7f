/**
 * @module The door of the WebAssembly module: what JavaScript calls. Nothing is imported and memory never grows.
 */
import { areaBytes, input, keccakState, output } from './layout'
import { setUpPolynomials } from './polynomial'
import { hkdf, hmac } from './sha256'

export {
  decapsulate,
  encapsulate,
  encapsulateFirst,
  encapsulateSecond,
  keyPair,
  wipeAll,
} from './ml-kem'
export { spongeAbsorb, spongePad, spongeSqueeze, spongeStart } from './keccak'
export { hmacEnd, hmacStart, sha256Absorb, sha256End, sha256Start } from './sha256'

setUpPolynomials()

export function inputAddress(): usize {
  return input
}

export function outputAddress(): usize {
  return output
}

export function areaSize(): usize {
  return areaBytes
}

/** HMAC-SHA-256 of key ‖ data in the input. */
export function hmacOfInput(keyBytes: usize, dataBytes: usize): void {
  hmac(output, input, keyBytes, input + keyBytes, dataBytes)
}

/** HKDF-SHA-256 of salt ‖ input key material ‖ info in the input. */
export function hkdfOfInput(
  length: usize,
  saltBytes: usize,
  materialBytes: usize,
  infoBytes: usize,
): void {
  hkdf(output, length, input, saltBytes, materialBytes, infoBytes)
}

/** The states of the hashes, and so many bytes of both areas. */
export function wipeHash(inputBytes: usize, outputBytes: usize): void {
  memory.fill(keccakState, 0, input - keccakState)
  memory.fill(input, 0, inputBytes)
  memory.fill(output, 0, outputBytes)
}

/**
 * @module SHA-256, SHA3-256, SHAKE256, HMAC and HKDF on the kernel. What does not fit the input area goes through it in
 * pieces.
 */
import type { Primitives } from '#provider.ts'
import { maxShakeBytes, requireBetween, requireHkdf } from '#sizes.ts'
import type { Kernel } from '#wasm/kernel.ts'

type Hashes = Pick<Primitives, 'sha256' | 'sha3_256' | 'shake256' | 'hmacSha256' | 'hkdfSha256'>

const digestBytes = 32
/** Of SHA-256. */
const blockBytes = 64
/** Rate and suffix (FIPS 202 §6). */
const spongeRate = 136
const sha3Suffix = 0x06
const shakeSuffix = 0x1f

const noSalt = new Uint8Array(digestBytes)

export function hashesOf(kernel: Kernel): Hashes {
  const { functions, memory, input, output, areaBytes } = kernel

  /** Copies all parts into the input area behind `from`, if they fit; their length, or -1. */
  function gather(parts: readonly Uint8Array[], from: number): number {
    let length = 0
    for (const part of parts) length += part.length
    if (from + length > areaBytes) return -1
    let at = input + from
    for (const part of parts) {
      memory.set(part, at)
      at += part.length
    }
    return length
  }

  /** Hands all parts to `absorb` through the input area; how much of that is written. */
  function stream(
    parts: readonly Uint8Array[],
    absorb: (data: number, length: number) => void,
  ): number {
    const length = gather(parts, 0)
    if (length >= 0) {
      absorb(input, length)
      return length
    }
    for (const part of parts) {
      for (let at = 0; at < part.length; at += areaBytes) {
        const piece = part.subarray(at, at + areaBytes)
        memory.set(piece, input)
        absorb(input, piece.length)
      }
    }
    return areaBytes
  }

  function readAndWipe(length: number, written: number, made = length): Uint8Array {
    const result = memory.slice(output, output + length)
    functions.wipeHash(written, made)
    return result
  }

  function sha256(parts: readonly Uint8Array[]): Uint8Array {
    functions.sha256Start()
    const written = stream(parts, functions.sha256Absorb)
    functions.sha256End(output)
    return readAndWipe(digestBytes, written)
  }

  function sponge(length: number, suffix: number, parts: readonly Uint8Array[]): Uint8Array {
    functions.spongeStart(spongeRate)
    const written = stream(parts, functions.spongeAbsorb)
    functions.spongePad(suffix)
    if (length <= areaBytes) {
      functions.spongeSqueeze(output, length)
      return readAndWipe(length, written)
    }
    const result = new Uint8Array(length)
    for (let at = 0; at < length; at += areaBytes) {
      const count = Math.min(areaBytes, length - at)
      functions.spongeSqueeze(output, count)
      result.set(memory.subarray(output, output + count), at)
    }
    functions.wipeHash(written, areaBytes)
    return result
  }

  function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
    const length = gather(parts, key.length)
    if (length >= 0) {
      memory.set(key, input)
      functions.hmacOfInput(key.length, length)
      return readAndWipe(digestBytes, key.length + length)
    }
    // A key that is longer than a block is replaced by its digest (RFC 2104 §2).
    const short = key.length <= blockBytes ? key : sha256([key])
    memory.set(short, input)
    functions.hmacStart(input, short.length)
    stream(parts, functions.sha256Absorb)
    functions.hmacEnd(output)
    return readAndWipe(digestBytes, areaBytes)
  }

  return {
    sha256: (...parts) => sha256(parts),
    sha3_256: (...parts) => sponge(digestBytes, sha3Suffix, parts),
    shake256: (length, ...parts) => {
      requireBetween('length', length, 0, maxShakeBytes)
      return sponge(length, shakeSuffix, parts)
    },
    hmacSha256,
    hkdfSha256: (salt = noSalt, inputKeyMaterial, info, length) => {
      requireHkdf(info, length)
      const written = gather([salt, inputKeyMaterial, info], 0)
      if (written >= 0) {
        functions.hkdfOfInput(length, salt.length, inputKeyMaterial.length, info.length)
        // Whole blocks are made.
        return readAndWipe(length, written, Math.ceil(length / digestBytes) * digestBytes)
      }
      // RFC 5869 §2.2–2.3, for inputs beyond the area.
      const key = hmacSha256(salt, inputKeyMaterial)
      const result = new Uint8Array(length)
      let block: Uint8Array = new Uint8Array(0)
      for (let at = 0, n = 1; at < length; at += digestBytes, n++) {
        block = hmacSha256(key, block, info, Uint8Array.of(n))
        result.set(block.subarray(0, length - at), at)
      }
      return result
    },
  }
}

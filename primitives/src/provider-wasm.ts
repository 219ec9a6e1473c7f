/**
 * @module The provider for browsers, and wherever WebAssembly is all there is: `@sotto/primitives/provider/wasm`.
 * Curves by libsodium, ML-KEM and the hashes by our own kernel, ciphers by noble.
 */
import { blake2s } from '#blake2s.ts'
import { ciphers } from '#ciphers-noble.ts'
import { curve25519Of } from '#curve25519-sodium.ts'
import type { Primitives } from '#provider.ts'
import { openSodium } from '#sodium.ts'
import { hashesOf } from '#wasm/hashes-wasm.ts'
import { openKernel } from '#wasm/kernel.ts'
import { mlKem1024Of, mlKem768Of } from '#wasm/ml-kem-wasm.ts'

/**
 * Throws the platform's `CompileError` where WebAssembly is forbidden (a content security policy without
 * 'wasm-unsafe-eval') or has no vectors of 128 bits.
 */
export async function openWasmPrimitives(): Promise<Primitives> {
  const [kernel, sodium] = await Promise.all([openKernel(), openSodium()])
  return {
    name: 'wasm',
    ...hashesOf(kernel),
    blake2s,
    ...curve25519Of(sodium),
    mlKem1024: mlKem1024Of(kernel),
    mlKem768: mlKem768Of(kernel),
    ...ciphers,
  }
}

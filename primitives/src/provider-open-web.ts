/**
 * @module `@sotto/primitives/provider` where there is neither Node nor Bun.
 */
import type { Primitives } from '#provider.ts'
import { openWasmPrimitives } from '#provider-wasm.ts'

export type * from '#provider.ts'

/** The fastest provider for this runtime; without usable WebAssembly the one in TypeScript alone. */
export async function openPrimitives(): Promise<Primitives> {
  try {
    return await openWasmPrimitives()
  } catch {
    const { noblePrimitives } = await import('#provider-noble.ts')
    return noblePrimitives
  }
}

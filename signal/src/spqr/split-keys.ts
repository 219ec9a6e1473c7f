/**
 * @module What a derivation gives for several keys at once, as keys of their own.
 */
import { wipe } from '@sotto/primitives'

const keyBytes = 32

/** Copies of 32 bytes each; `derived` is erased. */
export function splitKeys(derived: Uint8Array): readonly Uint8Array[] {
  const keys: Uint8Array[] = []
  for (let at = 0; at < derived.length; at += keyBytes) {
    // Also of a Buffer, whose `slice` is a view.
    keys.push(new Uint8Array(derived.subarray(at, at + keyBytes)))
  }
  wipe(derived)
  return keys
}

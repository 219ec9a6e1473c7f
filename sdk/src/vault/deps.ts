/**
 * @module What a vault is handed.
 */
import type { Primitives } from '@sotto/primitives'
import type { Argon2id } from '@sotto/primitives/argon2'
import type { Randomness } from '#ports/clock.ts'

export interface VaultDeps {
  readonly primitives: Primitives
  /** `@sotto/primitives/argon2`. In a browser it blocks its thread for as long as it takes. */
  readonly argon2id: Argon2id
  readonly random: Randomness
}

/** Asks for bytes, and refuses a source that gives more or fewer: a key is drawn from them. */
export function draw(random: Randomness, length: number): Uint8Array {
  const bytes = random(length)
  if (bytes.length !== length) {
    throw new RangeError(`Cannot use randomness: got ${bytes.length} bytes of ${length}`)
  }
  return bytes
}

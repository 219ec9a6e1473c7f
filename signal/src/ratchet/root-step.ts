/**
 * @module The root step of the Double Ratchet (§3.1 of its specification, KDF_RK): a new agreement goes into the root
 * key, a new root key and the first key of a chain come out.
 */
import { type Primitives, wipe } from '@sotto/primitives'
import { rootStepLabel } from '#labels.ts'

export interface RootStep {
  readonly rootKey: Uint8Array
  /** Of the message with index 0. */
  readonly chainKey: Uint8Array
}

export function rootStep(
  primitives: Primitives,
  rootKey: Uint8Array,
  agreement: Uint8Array,
): RootStep {
  const keys = primitives.hkdfSha256(rootKey, agreement, rootStepLabel, 64)
  const step = { rootKey: keys.slice(0, 32), chainKey: keys.slice(32) }
  wipe(keys)
  return step
}

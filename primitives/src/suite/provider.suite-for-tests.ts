/**
 * @module What every provider must do.
 */
import type { Primitives } from '#provider.ts'
import { describeCiphers } from '#suite/ciphers.suite-for-tests.ts'
import { describeCurve25519 } from '#suite/curve25519.suite-for-tests.ts'
import { describeHashes } from '#suite/hashes.suite-for-tests.ts'
import { describeMemory } from '#suite/memory.suite-for-tests.ts'
import { describeMlKem } from '#suite/ml-kem.suite-for-tests.ts'

/** `isFast` also runs what takes a slow provider seconds. */
export function describeProvider(primitives: Primitives, isFast: boolean): void {
  describeHashes(primitives)
  describeCurve25519(primitives, isFast)
  describeMlKem(primitives)
  describeCiphers(primitives)
  describeMemory(primitives)
}

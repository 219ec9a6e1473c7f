/**
 * @module Comparing and erasing secrets.
 */

/**
 * Whether two byte strings are equal, in a time that depends on their lengths alone. Lengths are taken to be public:
 * different ones answer at once.
 */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

/** Overwrites secrets with zeros. Copies that the runtime made along the way are out of reach. */
export function wipe(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0)
}

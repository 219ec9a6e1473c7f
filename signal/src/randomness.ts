/**
 * @module Where randomness comes from: whoever calls. In a product that is `crypto.getRandomValues`, in a test what the
 * test says.
 */

/** Fresh bytes from a secure source; each call's are used once. */
export type Randomness = (length: number) => Uint8Array

/** The same randomness; what is drawn is listed in `spent`, to be erased. */
export function erasable(random: Randomness, spent: Uint8Array[]): Randomness {
  return (length) => {
    const bytes = random(length)
    spent.push(bytes)
    return bytes
  }
}

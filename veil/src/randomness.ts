/**
 * @module Where randomness comes from: whoever calls. In a product that is `crypto.getRandomValues`, in a test what the
 * test says.
 */

/** Fresh bytes from a secure source; each call's are used once. */
export type Randomness = (length: number) => Uint8Array

/** Asks for bytes, and refuses a source that gives more or fewer. */
export function draw(random: Randomness, length: number): Uint8Array {
  const bytes = random(length)
  if (bytes.length !== length) {
    throw new RangeError(`Cannot use randomness: got ${bytes.length} bytes of ${length}`)
  }
  return bytes
}

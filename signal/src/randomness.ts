/**
 * @module Where randomness comes from: whoever calls. In a product that is `crypto.getRandomValues`, in a test what the
 * test says.
 */

/** Fresh bytes from a secure source; each call's are used once. */
export type Randomness = (length: number) => Uint8Array

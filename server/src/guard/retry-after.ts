/**
 * @module The `retry-after` header's number (RFC 9110 §10.2.3).
 */

/** Whole seconds, rounded up, at least 1: a client that waits that long and no longer is allowed then. */
export function retryAfterSeconds(millis: number): number {
  return Math.max(1, Math.ceil(millis / 1000))
}

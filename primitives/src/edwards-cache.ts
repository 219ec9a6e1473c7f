/**
 * @module `edwardsY` with a memory: the map costs as much as a third of a verification, and keys come back.
 */
import { boundedCache } from '#bounded-cache.ts'
import { coordinateBytes, edwardsY } from '#montgomery.ts'

/** About 150 kB when full. */
const maxKeys = 1000

/** Its results are shared: not to be changed. */
export function cachedEdwardsY(): (u: Uint8Array) => Uint8Array | undefined {
  const cache = boundedCache<{ readonly y: Uint8Array | undefined }>(maxKeys)
  return (u) =>
    u.length === coordinateBytes ? cache.get(u, () => ({ y: edwardsY(u) })).y : undefined
}

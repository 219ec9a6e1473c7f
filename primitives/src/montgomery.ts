/**
 * @module From a Curve25519 key as it travels (the Montgomery u-coordinate, RFC 7748 §5) to the Edwards y-coordinate
 * that Ed25519 works with, by the birational map `y = (u - 1) / (u + 1)` (RFC 7748 §4.1).
 *
 * The values are public, so nothing here is constant time.
 */

/** The field prime, 2^255 - 19. */
const p = 2n ** 255n - 19n

export const coordinateBytes = 32

/**
 * The canonical u-coordinates of the points whose order divides 8, on the curve and on its twist. With their two
 * non-canonical spellings (p and p + 1) they are the seven low-order keys of RFC 7748 §6.1's contributory check.
 */
const lowOrder: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  p - 1n,
])

/**
 * The y-coordinate, 32 bytes little-endian with a clear sign bit, or undefined where no honest key lies: wrong length,
 * u not canonical (u ≥ p, or bit 255 set), u of low order. The last covers u = -1, which has no image.
 *
 * Whether a point with this y exists is for the decompression to say.
 */
export function edwardsY(u: Uint8Array): Uint8Array | undefined {
  if (u.length !== coordinateBytes) return undefined
  const value = toInteger(u)
  if (value >= p || lowOrder.has(value)) return undefined
  return toBytes(((value - 1n) * inverse(value + 1n)) % p)
}

/** Whether the u-coordinate, read as X25519 reads it (RFC 7748 §5), is of low order: no agreement with it is secret. */
export function isLowOrder(u: Uint8Array): boolean {
  return lowOrder.has(toInteger(u, 0x7f) % p)
}

/** The u-coordinate of an Edwards point other than the neutral one: `u = (1 + y) / (1 - y)` (RFC 7748 §4.1). */
export function montgomeryU(point: Uint8Array): Uint8Array {
  const y = toInteger(point, 0x7f)
  return toBytes(((1n + y) * inverse((1n - y + p) % p)) % p)
}

/** The inverse of `value` (1 ≤ value < p) modulo p, between 1 and p - 1: extended Euclid. */
function inverse(value: bigint): bigint {
  let [a, b] = [p, value]
  let [x, y] = [0n, 1n]
  while (b !== 1n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  return y < 0n ? y + p : y
}

const hexPairs = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** Little-endian, of whose last byte only the bits in `lastMask` count. */
function toInteger(bytes: Uint8Array, lastMask = 0xff): bigint {
  let digits = `0x${hexPairs[(bytes[coordinateBytes - 1] as number) & lastMask]}`
  for (let i = coordinateBytes - 2; i >= 0; i--) digits += hexPairs[bytes[i] as number]
  return BigInt(digits)
}

function toBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(coordinateBytes)
  const digits = value.toString(16).padStart(2 * coordinateBytes, '0')
  for (let i = 0; i < coordinateBytes; i++) {
    bytes[coordinateBytes - 1 - i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16)
  }
  return bytes
}

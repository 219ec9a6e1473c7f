/**
 * @module How long a file looks: Padmé (Nikitin, Barman, Lueks, Underwood, Hubaux, Ford, "Reducing Metadata Leakage from
 * Encrypted Files and Communication with PURBs", PETS 2019, §4.3). A length has as many bits behind its first one as the
 * logarithm of the logarithm wants; the rest are zero. So a length tells O(log log) bits, for at most 12 % more bytes.
 */

/** As far as this counts. */
const maxLength = 2 ** 31

export function paddedLength(length: number): number {
  if (!Number.isInteger(length) || length < 0 || length > maxLength) {
    throw new RangeError(`Cannot pad: length ${length}, required a whole number up to ${maxLength}`)
  }
  if (length < 2) return length
  const exponent = floorLog2(length)
  const significantBits = floorLog2(exponent) + 1
  const step = 2 ** (exponent - significantBits)
  return Math.ceil(length / step) * step
}

/** What fills up a file. Anything else there has been put in by somebody. */
export function isPadding(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0)
}

function floorLog2(value: number): number {
  return 31 - Math.clz32(value)
}

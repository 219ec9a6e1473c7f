/**
 * @module What a Curve25519 private key goes through before it agrees or signs.
 */
import { coordinateBytes } from '#montgomery.ts'

/** hash_1 of XEdDSA (§2.1): 2^256 - 2, little-endian, keeps its input apart from Ed25519's. */
export const hashOnePrefix: Uint8Array = new Uint8Array(coordinateBytes).fill(0xff)
hashOnePrefix[0] = 0xfe

/** A copy with the bits of RFC 7748 §5 set and cleared. */
export function clamp(privateKey: Uint8Array): Uint8Array {
  if (privateKey.length !== coordinateBytes) {
    throw new RangeError(
      `Cannot sign: private key has ${privateKey.length} bytes of ${coordinateBytes}`,
    )
  }
  // A copy also of a Buffer, whose `slice` is a view.
  const k = Uint8Array.from(privateKey)
  k[0] = (k[0] as number) & 0xf8
  k[31] = ((k[31] as number) & 0x7f) | 0x40
  return k
}

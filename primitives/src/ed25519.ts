/**
 * @module What every Ed25519 provider here agrees on: RFC 8032 §5.1.7 with the equation checked as it stands
 * (`R = [S]B - [h]A`, bytewise, without the cofactor), and the refusals below made before a provider is asked.
 * So all of them accept and refuse the same set, whichever library does the arithmetic.
 */
import { coordinateBytes } from '#montgomery.ts'

/** Whether `signature` (64 bytes, R ‖ S) over `message` was made by `publicKey` (32 bytes, a compressed point). */
export type VerifyEd25519 = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean

export const signatureBytes = 64

/** The order of the base point, 2^252 + 27742317777372353535851937790883648493. */
export const groupOrder: bigint = 2n ** 252n + 27742317777372353535851937790883648493n

/** The same, as S is written: little-endian. */
const orderBytes = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')

/** The y-coordinates of the eight points whose order divides 8; a sign bit tells the pairs apart. */
const smallOrderY: readonly Uint8Array[] = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
].map(fromHex)

/**
 * False for what no honest signer produces: a wrong length, S ≥ L (the same signature spelt twice), a key whose
 * y-coordinate is not canonical, or a key of small order (for which one signature fits many messages).
 */
export function isStrict(publicKey: Uint8Array, signature: Uint8Array): boolean {
  return (
    publicKey.length === coordinateBytes &&
    signature.length === signatureBytes &&
    isReduced(signature) &&
    isCanonical(publicKey) &&
    !smallOrderY.some((y) => hasY(publicKey, y))
  )
}

/** S < L, read from the top byte down. */
export function isReduced(signature: Uint8Array): boolean {
  for (let i = coordinateBytes - 1; i >= 0; i--) {
    const s = signature[coordinateBytes + i] as number
    const l = orderBytes[i] as number
    if (s !== l) return s < l
  }
  return false
}

/** y < 2^255 - 19. */
function isCanonical(point: Uint8Array): boolean {
  if (((point[31] as number) & 0x7f) !== 0x7f) return true
  for (let i = 30; i > 0; i--) if (point[i] !== 0xff) return true
  return (point[0] as number) < 0xed
}

function hasY(point: Uint8Array, y: Uint8Array): boolean {
  for (let i = 0; i < 31; i++) if (point[i] !== y[i]) return false
  return ((point[31] as number) & 0x7f) === y[31]
}

function fromHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  )
}

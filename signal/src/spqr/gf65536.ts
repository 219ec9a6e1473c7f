/**
 * @module The field of 65,536 elements that the erasure code computes in: polynomials over GF(2) modulo
 * x^16 + x^12 + x^3 + x + 1, as 16-bit numbers. Addition is XOR. The modulus is primitive: 2 generates every element but
 * 0, so a product is a sum of logarithms.
 *
 * Only what travels in the open is computed here; the tables may be looked up by it.
 */

const modulus = 0x1100b

/** How many elements are not 0: logarithms count modulo this. */
export const groupOrder = 0xffff

export interface FieldTables {
  /** 2 to the power of each number up to twice the order, so that the sum of two logarithms needs no reduction. */
  readonly powers: Uint16Array
  /** Of every element but 0. */
  readonly logarithms: Uint16Array
}

let built: FieldTables | undefined

/** 0.4 MB, made when a chunk is first computed. */
export function fieldTables(): FieldTables {
  built ??= buildTables()
  return built
}

export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0
  const { powers, logarithms } = fieldTables()
  return powers[(logarithms[a] as number) + (logarithms[b] as number)] as number
}

export function divide(a: number, b: number): number {
  if (b === 0) throw new RangeError('Cannot divide: divisor is 0')
  if (a === 0) return 0
  const { powers, logarithms } = fieldTables()
  return powers[(logarithms[a] as number) + groupOrder - (logarithms[b] as number)] as number
}

function buildTables(): FieldTables {
  const powers = new Uint16Array(2 * groupOrder)
  const logarithms = new Uint16Array(groupOrder + 1)
  let element = 1
  for (let exponent = 0; exponent < groupOrder; exponent++) {
    powers[exponent] = element
    powers[exponent + groupOrder] = element
    logarithms[element] = exponent
    element <<= 1
    if (element > 0xffff) element ^= modulus
  }
  return { powers, logarithms }
}

/**
 * @module Random values and their MessagePack, as the library writes it.
 */
import { encode, ExtData } from '@msgpack/msgpack'
import fc from 'fast-check'

export function fromHex(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits.replaceAll(' ', ''))
}

/** Values of every kind that MessagePack has, three containers deep at most. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<unknown>(null, true, false),
    fc.maxSafeInteger(),
    fc.integer({ min: -40, max: 300 }),
    fc.double(),
    fc.float(),
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc
      .tuple(fc.integer({ min: 0, max: 127 }), fc.uint8Array({ minLength: 1, maxLength: 20 }))
      .map(([type, data]) => new ExtData(type, data)),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(fc.string({ maxLength: 40 }), tie('value'), { maxKeys: 20 }),
  ),
})).value

export const anyMessagePack: fc.Arbitrary<Uint8Array> = anyValue.map((value) => encode(value))

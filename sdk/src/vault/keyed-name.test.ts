import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameKeyOf, nameOf } from '#vault/keyed-name.ts'
import { primitives } from '#vault/vault-for-tests.ts'

const key = nameKeyOf(primitives, new Uint8Array(32).fill(7))
const name = (...parts: readonly (string | Uint8Array)[]): string => nameOf(primitives, key, parts)

test('a name is the same for ever', () => {
  expect(name('contact', Uint8Array.of(1, 2, 3))).toBe(
    '3ecd21af4eb893938d5521b09e5886ef2e98413eeb94a99c76ad3f27a3984c9b',
  )
})

test('the same parts have the same name, and other parts another, however they are cut', () => {
  const parts = fc.array(fc.oneof(fc.string({ maxLength: 4 }), fc.uint8Array({ maxLength: 4 })), {
    maxLength: 4,
  })
  const bytesOf = (list: readonly (string | Uint8Array)[]): string =>
    list
      .map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part).join())
      .join('|') + `/${list.length}`
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      expect(name(...one)).toMatch(/^[0-9a-f]{64}$/)
      expect(name(...one) === name(...other)).toBe(bytesOf(one) === bytesOf(other))
    }),
  )
  const cuts = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], ['a', 'b', 'c'], []]
  expect(new Set(cuts.map((cut) => name(...cut))).size).toBe(cuts.length)
})

test('another data key gives other names', () => {
  const other = nameKeyOf(primitives, new Uint8Array(32).fill(8))
  expect(nameOf(primitives, other, ['a'])).not.toBe(name('a'))
})

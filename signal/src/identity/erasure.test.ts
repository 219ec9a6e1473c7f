import { expect, test } from 'vitest'
import { watched } from '#erasure-for-tests.ts'
import { generatePhrase, identityFromPhrase } from '#identity/phrase.ts'
import { primitives } from '#session/parties-for-tests.ts'

test('of a recovery phrase nothing is left but the words and the identity', () => {
  const entropy = new Uint8Array(32).fill(5)
  const phrase = generatePhrase(() => entropy)
  expect(entropy).toEqual(new Uint8Array(32))
  const watch = watched(primitives)
  const { ed25519Seed } = identityFromPhrase(watch.primitives, phrase)
  expect(watch.seen()).toBeGreaterThan(1)
  expect(watch.left((bytes) => bytes === ed25519Seed)).toEqual([])
})

import { describe, expect, test } from 'vitest'
import { noblePrimitives } from '#provider-noble.ts'
import { openNodePrimitives } from '#provider-node.ts'
import { describeProvider } from '#suite/provider.suite-for-tests.ts'

describeProvider(await openNodePrimitives(), true)

describe('a private key that was imported once', () => {
  const privateKey = (seed: number): Uint8Array => new Uint8Array(32).fill(seed)

  test.each(['erased', 'replaced'])('is not used any more when its array was %s', async (how) => {
    const [provider, noble] = [await openNodePrimitives(), noblePrimitives]
    const peer = noble.x25519PublicKey(privateKey(7))
    const array = privateKey(3)
    for (let time = 0; time < 3; time++) {
      expect(provider.x25519(array, peer)).toEqual(noble.x25519(privateKey(3), peer))
    }
    array.fill(how === 'erased' ? 0 : 5)
    const expected = noble.x25519(privateKey(how === 'erased' ? 0 : 5), peer)
    for (let time = 0; time < 3; time++) expect(provider.x25519(array, peer)).toEqual(expected)
    expect(provider.x25519PublicKey(array)).toEqual(noble.x25519PublicKey(array))
  })

  test('agrees on nothing with a key of low order, the second time too', async () => {
    const provider = await openNodePrimitives()
    const array = privateKey(9)
    for (let time = 0; time < 3; time++) {
      expect(provider.x25519(array, new Uint8Array(32))).toBeUndefined()
    }
  })
})

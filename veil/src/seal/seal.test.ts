import { openPrimitives } from '@sotto/primitives/provider'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countingRandom, replay, truncationsOf, withEachByteFlipped } from '#hostile-for-tests.ts'
import { isStep } from '#padding/ladder.ts'
import { maxSealedContentBytes, messageLadder, sealedStep } from '#padding/padded-block.ts'
import { openHpke, sealHpke } from '#seal/hpke.ts'
import { openSealed, sealInfo, sealTo } from '#seal/seal.ts'

const primitives = await openPrimitives()
const random = countingRandom()
const privateKey = random(32)
const publicKey = primitives.x25519PublicKey(privateKey)
const address = random(32)
const letter = Uint8Array.from({ length: 100 }, (_, at) => at)

async function seal(plaintext: Uint8Array, to = publicKey): Promise<Uint8Array> {
  const sealed = await sealTo(primitives, random, to, sealInfo, address, plaintext)
  if (sealed === undefined) throw new Error('Not sealed')
  return sealed
}

function open(sealed: Uint8Array): Promise<Uint8Array | undefined> {
  return openSealed(primitives, privateKey, sealInfo, address, sealed)
}

describe('a sealed letter', () => {
  test('opens for whom it was sealed, and has one of 14 lengths', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (plaintext) => {
        const sealed = await seal(plaintext)
        expect(sealed).toHaveLength(sealedStep(plaintext.length) ?? 0)
        expect(isStep(messageLadder, sealed.length)).toBe(true)
        expect(await open(sealed)).toEqual(plaintext)
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    [0, 512],
    [460, 512],
    [461, 1024],
    [4_194_252, 4_194_304],
  ])('of %i bytes is %i bytes long', async (length, total) => {
    const sealed = await seal(new Uint8Array(length))
    expect(sealed).toHaveLength(total)
    expect(await open(sealed)).toHaveLength(length)
  })

  test('looks different each time', async () => {
    expect(await seal(letter)).not.toEqual(await seal(letter))
  })

  test('is the encapsulated key, then the padded letter and its tag', async () => {
    const ephemeral = random(32)
    const draw = replay(ephemeral.slice())
    const sealed = await sealTo(primitives, draw, publicKey, sealInfo, address, letter)
    expect(sealed?.subarray(0, 32)).toEqual(primitives.x25519PublicKey(ephemeral))
    const context = { info: new TextEncoder().encode('sotto/seal/1'), associatedData: address }
    const block = await openHpke(primitives, privateKey, context, sealed ?? letter)
    expect(block).toHaveLength(512 - 48)
    expect(block?.subarray(0, 104)).toEqual(Uint8Array.from([0, 0, 0, 100, ...letter]))
    expect(block?.subarray(104)).toEqual(new Uint8Array(360))
  })

  test('does not open for anybody else, anywhere else, for anything else', async () => {
    const sealed = await seal(letter)
    const other = random(32)
    expect(await openSealed(primitives, other, sealInfo, address, sealed)).toBeUndefined()
    expect(await openSealed(primitives, privateKey, sealInfo, other, sealed)).toBeUndefined()
    expect(await openSealed(primitives, privateKey, other, address, sealed)).toBeUndefined()
  })

  test('does not open when a byte is changed, or some are missing or too many', async () => {
    const sealed = await seal(letter)
    for (const broken of [...withEachByteFlipped(sealed), ...truncationsOf(sealed)]) {
      expect(await open(broken)).toBeUndefined()
    }
    for (const length of [513, 544, 1024]) {
      const longer = new Uint8Array(length)
      longer.set(sealed)
      expect(await open(longer)).toBeUndefined()
    }
  })

  test('that lies about its length, or has no whole step, is none', async () => {
    const context = { info: sealInfo, associatedData: address }
    const block = new Uint8Array(512 - 48)
    const greedy = Uint8Array.from(block).fill(0xff, 0, 4)
    for (const content of [greedy, block.subarray(1), new Uint8Array(0), new Uint8Array(3)]) {
      const sealed = await sealHpke(primitives, random, publicKey, context, content)
      expect(await open(sealed ?? letter)).toBeUndefined()
    }
    const sealed = await sealHpke(primitives, random, publicKey, context, block)
    expect(await open(sealed ?? letter)).toEqual(new Uint8Array(0))
  })

  test('of any origin is answered', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (junk) => {
        expect(await open(junk)).toBeUndefined()
      }),
    )
    expect(await open(new Uint8Array(512))).toBeUndefined()
  })

  test('that is too long is not made, nor one for a key of low order', async () => {
    const long = new Uint8Array(maxSealedContentBytes + 1)
    await expect(seal(long)).rejects.toThrow(RangeError)
    const low = new Uint8Array(32)
    expect(await sealTo(primitives, random, low, sealInfo, address, letter)).toBeUndefined()
  })
})

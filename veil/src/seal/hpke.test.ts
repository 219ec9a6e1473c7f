import { openPrimitives } from '@sotto/primitives/provider'
import fc from 'fast-check'
import { CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { describe, expect, test } from 'vitest'
import { bufferOf, replay, truncationsOf, withEachBitFlipped } from '#hostile-for-tests.ts'
import { chaCha20Poly1305, cipherOf } from '#ohttp/suites.ts'
import { hpkeOverheadBytes, openHpke, sealHpke } from '#seal/hpke.ts'

const primitives = await openPrimitives()
const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex)
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))

/** RFC 9180, appendix A.2.1, sequence number 0. */
const example = {
  ephemeralPrivate: bytes('f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600'),
  encapsulated: '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a',
  recipientPrivate: bytes('8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb'),
  recipientPublic: bytes('4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a'),
  context: {
    info: bytes('4f6465206f6e2061204772656369616e2055726e'),
    associatedData: bytes('436f756e742d30'),
  },
  plaintext: bytes('4265617574792069732074727574682c20747275746820626561757479'),
  ciphertext:
    '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
}
const { context, plaintext, recipientPrivate, recipientPublic } = example
const whole = bytes(example.encapsulated + example.ciphertext)

describe('a message of RFC 9180', () => {
  test('is sealed', async () => {
    const ephemeral = replay(example.ephemeralPrivate.slice())
    const sealed = await sealHpke(primitives, ephemeral, recipientPublic, context, plaintext)
    expect(sealed?.toHex()).toBe(example.encapsulated + example.ciphertext)
  })

  test('is opened', async () => {
    expect(await openHpke(primitives, recipientPrivate, context, whole)).toEqual(plaintext)
    const buffer = bufferOf(whole)
    expect(await openHpke(primitives, recipientPrivate, context, buffer)).toEqual(plaintext)
  })

  test('does not open when it is cut or changed anywhere', async () => {
    for (const broken of [...truncationsOf(whole), ...withEachBitFlipped(whole)]) {
      const opened = await openHpke(primitives, recipientPrivate, context, broken)
      // Bit 255 of a u-coordinate is ignored (RFC 7748 §5), but the key schedule covers it.
      expect(opened).toBeUndefined()
    }
  })

  test('does not open for another key, purpose or place', async () => {
    const other = random(32)
    expect(await openHpke(primitives, other, context, whole)).toBeUndefined()
    for (const changed of [
      { ...context, info: bytes('4f') },
      { ...context, associatedData: bytes('436f756e742d31') },
      { info: context.associatedData, associatedData: context.info },
    ]) {
      expect(await openHpke(primitives, recipientPrivate, changed, whole)).toBeUndefined()
    }
  })
})

test('everything that is sealed opens, and takes 48 bytes more', async () => {
  const some = fc.uint8Array({ maxLength: 300 })
  await fc.assert(
    fc.asyncProperty(some, some, some, async (content, info, associatedData) => {
      const each = { info, associatedData }
      const sealed = await sealHpke(primitives, random, recipientPublic, each, content)
      expect(sealed).toHaveLength(content.length + hpkeOverheadBytes)
      if (sealed === undefined) return
      expect(await openHpke(primitives, recipientPrivate, each, sealed)).toEqual(content)
    }),
    { numRuns: 50 },
  )
})

test("the platform's HPKE opens what we seal, and we open what it seals", async () => {
  const theirs = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, () =>
    cipherOf(primitives, chaCha20Poly1305),
  )
  const pair = {
    privateKey: await theirs.DeserializePrivateKey(recipientPrivate),
    publicKey: await theirs.DeserializePublicKey(recipientPublic),
  }
  const options = { info: context.info, aad: context.associatedData }
  const ours = (await sealHpke(primitives, random, recipientPublic, context, plaintext)) ?? whole
  expect(await theirs.Open(pair, ours.slice(0, 32), ours.slice(32), options)).toEqual(plaintext)
  const back = await theirs.Seal(pair.publicKey, plaintext, options)
  const joined = Uint8Array.from([...back.encapsulatedSecret, ...back.ciphertext])
  expect(await openHpke(primitives, recipientPrivate, context, joined)).toEqual(plaintext)
})

test('a key of low order is not sealed for, and a message that carries one does not open', async () => {
  for (const low of [new Uint8Array(32), Uint8Array.from({ length: 32 }, (_, at) => +(at === 0))]) {
    expect(await sealHpke(primitives, random, low, context, plaintext)).toBeUndefined()
    const message = Uint8Array.from([...low, ...whole.subarray(32)])
    expect(await openHpke(primitives, recipientPrivate, context, message)).toBeUndefined()
  }
})

test('keys of another length are a mistake of the caller', async () => {
  for (const length of [0, 31, 33]) {
    const key = new Uint8Array(length)
    await expect(sealHpke(primitives, random, key, context, plaintext)).rejects.toThrow(RangeError)
    await expect(openHpke(primitives, key, context, whole)).rejects.toThrow(RangeError)
  }
})

import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import fc from 'fast-check'
import { CipherSuite, KDF_HKDF_SHA256, KEM_DHKEM_X25519_HKDF_SHA256 } from 'hpke'
import { expect, test } from 'vitest'
import { countingRandom, replay } from '#hostile-for-tests.ts'
import { dhkemX25519, privateKeyOf, publicKeyOf } from '#ohttp/dhkem-x25519.ts'
import { hkdfSha256 } from '#ohttp/hkdf.ts'
import { aes128Gcm, cipherOf, hpkeSuite } from '#ohttp/suites.ts'

const primitives = await openPrimitives()
const bytes = (hex: string): Uint8Array => Uint8Array.fromHex(hex)

/** RFC 9180, appendix A.1.1. */
const example = {
  ephemeralInput: bytes('7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234'),
  ephemeralPrivate: bytes('52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736'),
  encapsulated: bytes('37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431'),
  recipientInput: bytes('6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037'),
  recipientPrivate: bytes('4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8'),
  recipientPublic: bytes('3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d'),
  sharedSecret: bytes('fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc'),
}

test('the key pairs of RFC 9180 are derived', async () => {
  const kem = dhkemX25519(primitives, countingRandom())
  const ephemeral = await kem.DeriveKeyPair(example.ephemeralInput, true)
  expect(ephemeral.privateKey.bytes).toEqual(example.ephemeralPrivate)
  expect(ephemeral.publicKey.bytes).toEqual(example.encapsulated)
  const recipient = await kem.DeriveKeyPair(example.recipientInput, true)
  expect(recipient.privateKey.bytes).toEqual(example.recipientPrivate)
  expect(recipient.publicKey.bytes).toEqual(example.recipientPublic)
})

test('the shared secret of RFC 9180 comes out at both ends', async () => {
  const kem = dhkemX25519(primitives, replay(example.ephemeralPrivate.slice()))
  const sent = await kem.Encap(publicKeyOf(example.recipientPublic))
  expect(sent.enc).toEqual(example.encapsulated)
  expect(sent.shared_secret).toEqual(example.sharedSecret)
  const own = privateKeyOf(example.recipientPrivate)
  const ownPublic = publicKeyOf(example.recipientPublic)
  expect(await kem.Decap(sent.enc, own, ownPublic)).toEqual(example.sharedSecret)
  expect(await kem.Decap(sent.enc, own, undefined)).toEqual(example.sharedSecret)
})

test('an ephemeral key, and what was agreed with it, are erased', async () => {
  const drawn = example.ephemeralPrivate.slice()
  const secrets: Uint8Array[] = [drawn]
  const watching: Primitives = {
    ...primitives,
    x25519: (own, theirs) => {
      const agreed = primitives.x25519(own, theirs)
      if (agreed !== undefined) secrets.push(agreed)
      return agreed
    },
  }
  await dhkemX25519(watching, () => drawn).Encap(publicKeyOf(example.recipientPublic))
  expect(secrets).toHaveLength(2)
  for (const secret of secrets) expect(secret).toEqual(new Uint8Array(32))
})

test('keys are written and read', async () => {
  const kem = dhkemX25519(primitives, countingRandom())
  const { privateKey, publicKey } = await kem.GenerateKeyPair(true)
  expect(primitives.x25519PublicKey(privateKey.bytes)).toEqual(publicKey.bytes)
  const written = await kem.SerializePublicKey(publicKey)
  expect(await kem.DeserializePublicKey(written)).toEqual(publicKey)
  const secret = await kem.SerializePrivateKey(privateKey)
  expect(await kem.DeserializePrivateKey(secret, true)).toEqual(privateKey)
})

test('the platform opens what we seal, and we open what it seals', async () => {
  const theirs = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, () =>
    cipherOf(primitives, aes128Gcm),
  )
  const ours = hpkeSuite(primitives, countingRandom(), aes128Gcm)
  const pair = {
    privateKey: await theirs.DeserializePrivateKey(example.recipientPrivate),
    publicKey: await theirs.DeserializePublicKey(example.recipientPublic),
  }
  const options = { info: Uint8Array.of(1, 2, 3), aad: Uint8Array.of(4) }
  const plaintext = Uint8Array.of(5, 6, 7)

  const sealed = await ours.Seal(publicKeyOf(example.recipientPublic), plaintext, options)
  const { encapsulatedSecret, ciphertext } = sealed
  expect(await theirs.Open(pair, encapsulatedSecret, ciphertext, options)).toEqual(plaintext)

  const back = await theirs.Seal(pair.publicKey, plaintext, options)
  const own = privateKeyOf(example.recipientPrivate)
  expect(await ours.Open(own, back.encapsulatedSecret, back.ciphertext, options)).toEqual(plaintext)
})

test('both stages of HKDF together are the one of the primitives, and the platform agrees', async () => {
  const kdf = hkdfSha256(primitives)
  const platform = KDF_HKDF_SHA256()
  const some = fc.uint8Array({ maxLength: 100 })
  const lengths = fc.constantFrom(0, 1, 31, 32, 33, 64, 255)
  await fc.assert(
    fc.asyncProperty(some, some, some, lengths, async (salt, input, info, length) => {
      const key = await kdf.Extract(salt, input)
      expect(key).toEqual(await platform.Extract(salt, input))
      const output = await kdf.Expand(key, info, length)
      expect(output).toEqual(primitives.hkdfSha256(salt, input, info, length))
    }),
    { numRuns: 50 },
  )
})

test('HKDF gives no more than it can, and has no single stage', async () => {
  const kdf = hkdfSha256(primitives)
  const key = new Uint8Array(32)
  expect(await kdf.Expand(key, key, 255 * 32)).toHaveLength(8160)
  await expect(kdf.Expand(key, key, 255 * 32 + 1)).rejects.toThrow(RangeError)
  await expect(kdf.Derive(key, 32)).rejects.toThrow(TypeError)
})

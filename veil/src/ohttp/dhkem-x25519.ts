/**
 * @module DHKEM(X25519, HKDF-SHA256) (RFC 9180 §4.1, §7.1) over our primitives, in the shape that the `hpke` package
 * asks for. Its ephemeral keys come from the caller's randomness, so that recorded exchanges can be made again.
 */
import type { Primitives } from '@sotto/primitives'
import { wipe } from '@sotto/primitives'
import {
  type KEM,
  type Key,
  type KeyPair,
  LabeledExpand,
  LabeledExtract,
  ValidationError,
} from 'hpke'
import { ascii, concatenate, copyOf, uint16 } from '#bytes.ts'
import { hkdfSha256 } from '#ohttp/hkdf.ts'
import { draw, type Randomness } from '#randomness.ts'

/** RFC 9180 §7.1. */
export const kemId = 0x0020
export const curveKeyBytes = 32

/** What `hpke` asks of a key, and the key. */
export interface CurveKey extends Key {
  readonly bytes: Uint8Array
}

export function publicKeyOf(bytes: Uint8Array): CurveKey {
  return { algorithm: { name: 'X25519' }, extractable: true, type: 'public', bytes }
}

export function privateKeyOf(bytes: Uint8Array): CurveKey {
  return { algorithm: { name: 'X25519' }, extractable: false, type: 'private', bytes }
}

export function dhkemX25519(primitives: Primitives, random: Randomness): Readonly<KEM<CurveKey>> {
  const kdf = hkdfSha256(primitives)

  const sharedSecret = async (
    agreed: Uint8Array | undefined,
    encapsulated: Uint8Array,
    recipient: Uint8Array,
  ): Promise<Uint8Array> => {
    // §7.1.4. The one error that `hpke` hands on as it is, and that callers take for a refusal.
    if (agreed === undefined) throw new ValidationError('Cannot agree: the key has a low order')
    const key = await LabeledExtract(kdf, suiteId, nothing, labels.eaePrk, agreed)
    const context = concatenate([encapsulated, recipient])
    const secret = await LabeledExpand(kdf, suiteId, key, labels.sharedSecret, context, secretBytes)
    wipe(agreed, key)
    return secret
  }

  const pairOf = (privateKey: Uint8Array): KeyPair<CurveKey> => ({
    privateKey: privateKeyOf(privateKey),
    publicKey: publicKeyOf(primitives.x25519PublicKey(privateKey)),
  })

  return {
    id: kemId,
    type: 'KEM',
    name: 'DHKEM(X25519, HKDF-SHA256)',
    Nsecret: secretBytes,
    Nenc: curveKeyBytes,
    Npk: curveKeyBytes,
    Nsk: curveKeyBytes,
    // §7.1.3.
    DeriveKeyPair: async (inputKeyMaterial) => {
      const key = await LabeledExtract(kdf, suiteId, nothing, labels.dkpPrk, inputKeyMaterial)
      return pairOf(await LabeledExpand(kdf, suiteId, key, labels.sk, nothing, curveKeyBytes))
    },
    GenerateKeyPair: async () => pairOf(draw(random, curveKeyBytes)),
    SerializePublicKey: async ({ bytes }) => copyOf(bytes, 0),
    DeserializePublicKey: async (bytes) => publicKeyOf(copyOf(bytes, 0)),
    SerializePrivateKey: async ({ bytes }) => copyOf(bytes, 0),
    DeserializePrivateKey: async (bytes) => privateKeyOf(copyOf(bytes, 0)),
    Encap: async ({ bytes: recipient }) => {
      const ephemeral = draw(random, curveKeyBytes)
      const enc = primitives.x25519PublicKey(ephemeral)
      const agreed = primitives.x25519(ephemeral, recipient)
      wipe(ephemeral)
      return { enc, shared_secret: await sharedSecret(agreed, enc, recipient) }
    },
    Decap: async (encapsulated, { bytes: own }, ownPublic) => {
      const recipient = ownPublic?.bytes ?? primitives.x25519PublicKey(own)
      const agreed = primitives.x25519(own, encapsulated)
      return sharedSecret(agreed, encapsulated, recipient)
    },
  }
}

const secretBytes = 32
const nothing = new Uint8Array(0)
const suiteId = concatenate([ascii('KEM'), uint16(kemId)])
const labels = {
  eaePrk: ascii('eae_prk'),
  sharedSecret: ascii('shared_secret'),
  dkpPrk: ascii('dkp_prk'),
  sk: ascii('sk'),
}

/**
 * @module Sealed sender for one device, version 1. Two layers: the first, from an ephemeral key, hides the sender's
 * identity key; the second, from that identity key, authenticates the content.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | 0x11; of the high nibble 0 is read as well |
 * | n | protobuf: 1 ephemeral key (33), 2 sealed identity key (43), 3 sealed content |
 *
 *     chain ‖ cipher ‖ mac = HKDF("UnidentifiedDelivery" ‖ recipient ‖ ephemeral, DH(ephemeral, recipient), "", 96)
 *     _     ‖ cipher ‖ mac = HKDF(chain ‖ sealed identity key, DH(sender, recipient), "", 96)
 *     sealed = c ‖ HMAC(mac, c)[0..10), c = AES-256-CTR(cipher, counter 0, plain)
 */
import { equalBytes, wipe, type Primitives } from '@sotto/primitives'
import { ProtobufReader } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import { generateCurveKeyPair, type CurveKeyPair } from '#keys/curve-key-pair.ts'
import { parseCurveKey, serializeCurveKey } from '#keys/serialized-key.ts'
import { ascii } from '#labels.ts'
import { bytesField, encodeFields } from '#messages/protobuf-fields.ts'
import type { Randomness } from '#randomness.ts'
import { concatenate } from '#sealed-sender/concatenate.ts'
import { invalidKey, invalidSealedMessage } from '#sealed-sender/refusals.ts'
import { parseSealedContent, type SealedContent } from '#sealed-sender/sealed-content.ts'

const versionByte = 0x11
const label = ascii('UnidentifiedDelivery')
const keyBytes = 32
const macBytes = 10
const noInfo = new Uint8Array()
const firstCounter = new Uint8Array(16)

/** Draws 32 bytes. `content` is written sealed content. */
export function sealForDevice(
  primitives: Primitives,
  input: {
    readonly sender: CurveKeyPair
    readonly recipientIdentityKey: Uint8Array
    readonly content: Uint8Array
  },
  random: Randomness,
): Uint8Array {
  const { sender, recipientIdentityKey, content } = input
  const ephemeral = generateCurveKeyPair(primitives, random)
  const firstSecret = primitives.x25519(ephemeral.privateKey, recipientIdentityKey)
  const secondSecret = primitives.x25519(sender.privateKey, recipientIdentityKey)
  if (firstSecret === undefined || secondSecret === undefined) throw invalidKey()

  const first = firstLayer(primitives, firstSecret, recipientIdentityKey, ephemeral.publicKey)
  const sealedKey = seal(primitives, first, serializeCurveKey(sender.publicKey))
  const second = secondLayer(primitives, secondSecret, first.chain, sealedKey)
  const sealedContent = seal(primitives, second, content)
  wipe(ephemeral.privateKey, firstSecret, secondSecret, first.all, second.all)
  return encodeFields(
    [
      bytesField(1, serializeCurveKey(ephemeral.publicKey)),
      bytesField(2, sealedKey),
      bytesField(3, sealedContent),
    ],
    versionByte,
  )
}

/** The content, whose certificate names the key that sealed it, but is not validated yet. */
export function unsealVersion1(
  primitives: Primitives,
  ours: CurveKeyPair,
  bytes: Uint8Array,
): SealedContent {
  const sealed = parseSealed(bytes)
  const firstSecret = primitives.x25519(ours.privateKey, sealed.ephemeralKey)
  if (firstSecret === undefined) throw invalidSealedMessage()
  const first = firstLayer(primitives, firstSecret, ours.publicKey, sealed.ephemeralKey)
  const senderKey33 = open(primitives, first, sealed.key)

  const secondSecret = primitives.x25519(ours.privateKey, parseCurveKey(senderKey33))
  if (secondSecret === undefined) throw invalidSealedMessage()
  const second = secondLayer(primitives, secondSecret, first.chain, sealed.key)
  const content = parseSealedContent(open(primitives, second, sealed.content))
  wipe(firstSecret, secondSecret, first.all, second.all)
  if (!equalBytes(senderKey33, serializeCurveKey(content.certificate.identityKey))) {
    throw invalidSealedMessage()
  }
  return content
}

interface SealedParts {
  readonly ephemeralKey: Uint8Array
  readonly key: Uint8Array
  readonly content: Uint8Array
}

function parseSealed(bytes: Uint8Array): SealedParts {
  let ephemeralKey: Uint8Array | undefined
  let key: Uint8Array | undefined
  let content: Uint8Array | undefined
  const reader = new ProtobufReader(bytes.subarray(1))
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        ephemeralKey = reader.bytes()
        break
      case 2:
        key = reader.bytes()
        break
      case 3:
        content = reader.bytes()
        break
      default:
        reader.skip()
    }
  }
  if (reader.failed || ephemeralKey === undefined || key === undefined || content === undefined) {
    throw new SignalError('malformed', 'Cannot read sealed message: malformed')
  }
  return { ephemeralKey: parseCurveKey(ephemeralKey), key, content }
}

interface LayerKeys {
  readonly all: Uint8Array
  readonly chain: Uint8Array
  readonly cipher: Uint8Array
  readonly mac: Uint8Array
}

function firstLayer(
  primitives: Primitives,
  secret: Uint8Array,
  recipientKey: Uint8Array,
  ephemeralKey: Uint8Array,
): LayerKeys {
  const salt = concatenate(label, serializeCurveKey(recipientKey), serializeCurveKey(ephemeralKey))
  return layerKeys(primitives, salt, secret)
}

function secondLayer(
  primitives: Primitives,
  secret: Uint8Array,
  chain: Uint8Array,
  sealedKey: Uint8Array,
): LayerKeys {
  const salt = concatenate(chain, sealedKey)
  const keys = layerKeys(primitives, salt, secret)
  wipe(salt)
  return keys
}

function layerKeys(primitives: Primitives, salt: Uint8Array, secret: Uint8Array): LayerKeys {
  const all = primitives.hkdfSha256(salt, secret, noInfo, 3 * keyBytes)
  return {
    all,
    chain: all.subarray(0, keyBytes),
    cipher: all.subarray(keyBytes, 2 * keyBytes),
    mac: all.subarray(2 * keyBytes),
  }
}

function seal(primitives: Primitives, keys: LayerKeys, plain: Uint8Array): Uint8Array {
  const ciphertext = primitives.aesCtr(keys.cipher, firstCounter, plain)
  return concatenate(ciphertext, primitives.hmacSha256(keys.mac, ciphertext).subarray(0, macBytes))
}

function open(primitives: Primitives, keys: LayerKeys, sealed: Uint8Array): Uint8Array {
  if (sealed.length < macBytes) throw invalidSealedMessage()
  const ciphertext = sealed.subarray(0, sealed.length - macBytes)
  const mac = primitives.hmacSha256(keys.mac, ciphertext).subarray(0, macBytes)
  if (!equalBytes(mac, sealed.subarray(ciphertext.length))) throw invalidSealedMessage()
  return primitives.aesCtr(keys.cipher, firstCounter, ciphertext)
}

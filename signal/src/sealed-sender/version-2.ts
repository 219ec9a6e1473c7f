/**
 * @module Opening sealed sender, version 2, as it comes from the server: one recipient's part of a message to many.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | 0x22; other low nibbles are read as well |
 * | 32 | C, the message's secret masked for this recipient |
 * | 16 | T, the sender's tag |
 * | 32 | e, the ephemeral key without a type byte |
 * | n | content, sealed |
 */
import { equalBytes, wipe, type Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import type { CurveKeyPair } from '#keys/curve-key-pair.ts'
import { invalidSealedMessage } from '#sealed-sender/refusals.ts'
import { parseSealedContent, type SealedContent } from '#sealed-sender/sealed-content.ts'
import {
  ephemeralPair,
  maskMessageSecret,
  messageSecretBytes,
  openContent,
  senderTag,
  senderTagBytes,
} from '#sealed-sender/version-2-keys.ts'

export const receivedVersionByte = 0x22
export const ephemeralKeyBytes = 32

const minBytes = 1 + messageSecretBytes + senderTagBytes + ephemeralKeyBytes

/** The content, whose certificate names the key that made the tag, but is not validated yet. */
export function unsealVersion2(
  primitives: Primitives,
  ours: CurveKeyPair,
  bytes: Uint8Array,
): SealedContent {
  if (bytes.length < minBytes) {
    throw new SignalError('malformed', 'Cannot read sealed message: malformed')
  }
  let at = 1
  const take = (length: number): Uint8Array => new Uint8Array(bytes.subarray(at, (at += length)))
  const masked = take(messageSecretBytes)
  const tag = take(senderTagBytes)
  const ephemeral = take(ephemeralKeyBytes)
  const sealed = take(bytes.length - at)
  const recipient = ours.publicKey

  const agreed = primitives.x25519(ours.privateKey, ephemeral)
  if (agreed === undefined) throw invalidSealedMessage()
  const messageSecret = maskMessageSecret(primitives, masked, agreed, { ephemeral, recipient })
  const derived = ephemeralPair(primitives, messageSecret)
  const isDerived = equalBytes(derived.publicKey, ephemeral)
  const plain = isDerived ? openContent(primitives, messageSecret, sealed) : undefined
  wipe(agreed, messageSecret, derived.privateKey)
  if (plain === undefined) throw invalidSealedMessage()

  // Any other recipient could have made what was opened so far; the tag shows that it was the sender.
  const content = parseSealedContent(plain)
  const sender = content.certificate.identityKey
  const agreedWithSender = primitives.x25519(ours.privateKey, sender)
  if (agreedWithSender === undefined) throw invalidSealedMessage()
  const parts = { ephemeral, masked, sender, recipient }
  const expected = senderTag(primitives, agreedWithSender, parts)
  wipe(agreedWithSender)
  if (!equalBytes(expected, tag)) throw invalidSealedMessage()
  return content
}

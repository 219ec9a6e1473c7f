/**
 * @module Certificates, keys and content of sealed sender, as libsignal's objects and back in our words.
 */
import { serializeCurveKey } from '#keys/serialized-key.ts'
import { libsignal } from '#libsignal/oracle-for-tests.ts'
import { copy } from '#libsignal/oracle-stores-for-tests.ts'
import type { SealedContent } from '#sealed-sender/sealed-content.ts'
import { parseSenderCertificate } from '#sealed-sender/sender-certificate.ts'
import { alice, aliceCertificate } from '#sealed-sender/senders-for-tests.ts'
import { fromHex } from '#session/parties-for-tests.ts'

export const oracle = libsignal as NonNullable<typeof libsignal>

export function privateKey(pair: typeof alice): ReturnType<typeof oracle.PrivateKey.deserialize> {
  return oracle.PrivateKey.deserialize(copy(pair.privateKey))
}

export function publicKey(key: Uint8Array): ReturnType<typeof oracle.PublicKey.deserialize> {
  return oracle.PublicKey.deserialize(copy(serializeCurveKey(key)))
}

/** What a message holds, said by libsignal, in our words. */
export function contentThere(
  content: ReturnType<typeof oracle.UnidentifiedSenderMessageContent.deserialize>,
): SealedContent {
  const types = { 2: 'whisper', 3: 'prekey', 7: 'sender-key', 8: 'plaintext' } as const
  const groupId = content.groupId()
  return {
    type: types[content.msgType() as keyof typeof types],
    certificate: parseSenderCertificate(content.senderCertificate().serialize()),
    message: content.contents(),
    contentHint: content.contentHint(),
    ...(groupId === null || groupId.length === 0 ? {} : { groupId }),
  }
}

/** Content of libsignal's making, from Alice. */
export function oracleContent(
  contentHint: number,
  groupId: Uint8Array | null,
): ReturnType<typeof oracle.UnidentifiedSenderMessageContent.deserialize> {
  const failed = copy(new Uint8Array(70).fill(0x33))
  const error = oracle.DecryptionErrorMessage.forOriginal(failed, 7, 1, 2)
  const certificate = oracle.SenderCertificate.deserialize(copy(aliceCertificate.serialized))
  return oracle.UnidentifiedSenderMessageContent.new(
    oracle.PlaintextContent.from(error).asCiphertextMessage(),
    certificate,
    contentHint,
    groupId === null ? null : copy(groupId),
  )
}

export const hintsAndGroups = [0, 1, 2].flatMap((hint) =>
  [null, fromHex('0102'), new Uint8Array(200).fill(7)].map((group) => [hint, group] as const),
)

/**
 * @module Opening a sealed message of any version. What comes out is authenticated by the key in its certificate, but
 * whose key that is, is known only once the certificate has been validated.
 */
import type { Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import type { CurveKeyPair } from '#keys/curve-key-pair.ts'
import type { SealedContent } from '#sealed-sender/sealed-content.ts'
import { unsealVersion1 } from '#sealed-sender/version-1.ts'
import { unsealVersion2 } from '#sealed-sender/version-2.ts'

/** `ours` is the identity key pair that the message was sealed for. */
export function unsealMessage(
  primitives: Primitives,
  ours: CurveKeyPair,
  bytes: Uint8Array,
): SealedContent {
  const versionByte = bytes[0]
  if (versionByte === undefined) {
    throw new SignalError('malformed', 'Cannot read sealed message: it is empty')
  }
  switch (versionByte >> 4) {
    case 0:
    case 1:
      return unsealVersion1(primitives, ours, bytes)
    case 2:
      return unsealVersion2(primitives, ours, bytes)
    default:
      throw new SignalError('unsupported-version', 'Cannot read sealed message: unknown version')
  }
}

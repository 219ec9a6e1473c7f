/**
 * @module A letter: what is inside the seal. The seal hides it from the relay; who wrote it is proved by the ratchet
 * message in its body, whose MAC covers both identities.
 */
import { bytes, choice } from '#live/kinds.ts'
import { field, type ValuesOf } from '#live/schema.ts'
import { deviceKind, identityKind } from '#content/kinds.ts'
import { maxLetterBodyBytes } from '#content/limits.ts'
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'

export const letterFields = {
  sender: field(
    identityKind,
    "The writer's Ed25519 identity. A claim, until the body was decrypted.",
  ),
  device: field(deviceKind, 'Which of their devices.'),
  kind: field(
    choice('prekey', 'whisper', 'sender-key'),
    'What the body is: the first message of a session, a later one, or one to a channel.',
  ),
  body: field(bytes(1, maxLetterBodyBytes), "Exactly libsignal's bytes."),
}

export type Letter = ValuesOf<typeof letterFields>

/** Undefined when the bytes are none. The body may be a view into them. */
export function readLetter(whole: Uint8Array): Letter | undefined {
  return readWholeMap(letterFields, whole)
}

/** Throws a RangeError for what is longer than the schema allows. */
export function writeLetter(letter: Letter): Uint8Array<ArrayBuffer> {
  return writeWholeMap(letterFields, letter)
}

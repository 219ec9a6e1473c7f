/**
 * @module `bundle`. What a device publishes so that anybody can begin a session with it while it sleeps. Signed by the
 * identity; the prekeys in it are signed once more, as libsignal signs them.
 */
import { addressKind, deviceKind } from '#content/kinds.ts'
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'
import { integer } from '#live/kinds.ts'
import { capabilitiesKind } from '#live/parts.ts'
import { field, optional, record, type ValuesOf } from '#live/schema.ts'
import { maxRegistrationId } from '#cards/limits.ts'
import {
  identityField,
  issuedField,
  kemKeyKind,
  prekeyIdKind,
  publicKeyKind,
  signatureKind,
  versionField,
} from '#cards/parts.ts'

const signature = field(
  signatureKind,
  "XEdDSA by the identity's Signal key over a type byte and the key.",
)

export const bundleFields = {
  version: versionField,
  identity: identityField,
  device: field(deviceKind, 'Which of their devices.'),
  registration_id: field(integer(1, maxRegistrationId), "The device's, as libsignal has it."),
  signed_prekey: field(
    record({
      id: field(prekeyIdKind, 'Its number.'),
      key: field(publicKeyKind, 'Curve25519, without its type byte.'),
      signature,
    }),
    'For every session, until the next bundle.',
  ),
  last_resort: field(
    record({
      id: field(prekeyIdKind, 'Its number.'),
      key: field(kemKeyKind, 'Kyber-1024, without its type byte.'),
      signature,
    }),
    'For sessions that find no one-time key of the KEM.',
  ),
  requests: optional(
    addressKind,
    'The mailbox for first words of strangers. Absent: none are taken.',
  ),
  caps: field(
    capabilitiesKind,
    'What the device can do. Nothing new is sent to who does not list it.',
  ),
  issued_at: issuedField,
}

export type Bundle = ValuesOf<typeof bundleFields>

/** Undefined when the bytes are none. */
export function readBundle(bytes: Uint8Array): Bundle | undefined {
  return readWholeMap(bundleFields, bytes)
}

export function writeBundle(bundle: Bundle): Uint8Array<ArrayBuffer> {
  return writeWholeMap(bundleFields, bundle)
}

/**
 * @module `card`. Who somebody is, and where to write to them. Signed, it travels in invitations and meetings, never in
 * clear to a relay.
 */
import { addressKind, momentKind, nameKind, relayKind } from '#content/kinds.ts'
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'
import { field, optional, type ValuesOf } from '#live/schema.ts'
import { identityField, issuedField, versionField } from '#cards/parts.ts'

export const cardFields = {
  version: versionField,
  identity: identityField,
  relay: field(relayKind, 'The origin of the relay: `https://relay.example`.'),
  address: field(addressKind, 'The mailbox there for whoever gets this card.'),
  name: optional(nameKind, 'What they call themselves.'),
  issued_at: issuedField,
  expires_at: optional(momentKind, 'Until when, not included. Invitations have it.'),
}

export type Card = ValuesOf<typeof cardFields>

/** Undefined when the bytes are none. */
export function readCard(bytes: Uint8Array): Card | undefined {
  return readWholeMap(cardFields, bytes)
}

/** Throws a RangeError for what is longer than the schema allows, as all writers here. */
export function writeCard(card: Card): Uint8Array<ArrayBuffer> {
  return writeWholeMap(cardFields, card)
}

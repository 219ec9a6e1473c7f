/**
 * @module `channel-grant`. What an admin signs so that others can come in: it goes with the link, and stands in the `join`
 * of each of them.
 */
import { identityField, versionField } from '#cards/parts.ts'
import { maxGrantUses } from '#channels/limits.ts'
import { channelField, grantIdKind, numberKind } from '#channels/parts.ts'
import { momentKind } from '#content/kinds.ts'
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'
import { integer } from '#live/kinds.ts'
import { field, type ValuesOf } from '#live/schema.ts'

export const grantFields = {
  version: versionField,
  identity: identityField,
  channel: channelField,
  id: field(grantIdKind, 'Drawn at random: by it others count how often it was used.'),
  number: field(numberKind, 'Of the last record that its author knew. A later `revoke` voids it.'),
  uses: field(integer(1, maxGrantUses), 'How many people it lets in.'),
  expires_at: field(momentKind, 'Until when, not included.'),
}

export type Grant = ValuesOf<typeof grantFields>

/** Undefined when the bytes are none. */
export function readGrant(bytes: Uint8Array): Grant | undefined {
  return readWholeMap(grantFields, bytes)
}

export function writeGrant(grant: Grant): Uint8Array<ArrayBuffer> {
  return writeWholeMap(grantFields, grant)
}

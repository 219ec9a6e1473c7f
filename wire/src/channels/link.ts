/**
 * @module `channel-link`. What is behind `#c.` in a link: all that somebody needs to come into a channel.
 */
import { maxSignedGrantBytes } from '#channels/limits.ts'
import { channelField } from '#channels/parts.ts'
import { secretKind } from '#content/kinds.ts'
import { readWholeMap, writeWholeMap } from '#content/whole-map.ts'
import { bytes } from '#live/kinds.ts'
import { field, type ValuesOf } from '#live/schema.ts'

export const channelLinkFields = {
  channel: channelField,
  secret: field(secretKind, 'What its records are encrypted with.'),
  token: field(bytes(1, 64), "The relay's own invitation (`create_invite` of the live door)."),
  grant: field(bytes(1, maxSignedGrantBytes), 'The signed grant.'),
}

export type ChannelLink = ValuesOf<typeof channelLinkFields>

/** Undefined when the bytes are none. */
export function readChannelLink(bytes: Uint8Array): ChannelLink | undefined {
  return readWholeMap(channelLinkFields, bytes)
}

export function writeChannelLink(link: ChannelLink): Uint8Array<ArrayBuffer> {
  return writeWholeMap(channelLinkFields, link)
}

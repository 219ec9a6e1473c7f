/**
 * @module `channel_invite`. All that somebody needs to join a channel.
 */
import { bytes, text } from '#live/kinds.ts'
import { field, optional } from '#live/schema.ts'
import { channelKind, content, nameKind, relayKind, secretKind } from '#content/kinds.ts'
import { maxChannelRecordBytes, maxInviteTokenCharacters } from '#content/limits.ts'

export const channelInvite = content(
  'channel_invite',
  'All that somebody needs to join a channel.',
  {
    channel: field(channelKind, 'Which channel.'),
    secret: field(secretKind, 'What its name and its picture are encrypted with.'),
    relay: field(relayKind, 'The URL of the relay that keeps it.'),
    token: optional(
      text(maxInviteTokenCharacters),
      "The relay's own invitation, for a private channel.",
    ),
    name: optional(nameKind, 'What it is called.'),
    record: optional(
      bytes(0, maxChannelRecordBytes),
      'The signed record that makes them a member.',
    ),
  },
)

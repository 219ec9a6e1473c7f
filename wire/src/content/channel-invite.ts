/**
 * @module `channel_invite`. All that somebody needs to join a channel.
 */
import { maxSignedGrantBytes } from '#channels/limits.ts'
import { bytes, text } from '#live/kinds.ts'
import { field, optional } from '#live/schema.ts'
import { channelKind, content, nameKind, relayKind, secretKind } from '#content/kinds.ts'
import { maxInviteTokenCharacters } from '#content/limits.ts'

export const channelInvite = content(
  'channel_invite',
  'All that somebody needs to join a channel.',
  {
    channel: field(channelKind, 'Which channel.'),
    secret: field(secretKind, 'What its records are encrypted with.'),
    relay: field(relayKind, 'The URL of the relay that keeps it.'),
    token: field(text(maxInviteTokenCharacters), "The relay's own invitation, in hex."),
    name: optional(nameKind, 'What it is called.'),
    grant: field(
      bytes(1, maxSignedGrantBytes),
      'What an admin of the channel has signed to let them in.',
    ),
  },
)

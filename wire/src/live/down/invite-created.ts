/**
 * @module `invite_created`. An invitation.
 */
import { nullable, text } from '#live/kinds.ts'
import { channelKind, countKind, secondsKind } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const inviteCreated = message(
  'invite_created',
  'An invitation.',
  {
    channel_id: field(channelKind, 'The channel.'),
    invite_token: field(text(128), 'The token in hex, in every form.'),
    max_uses: field(countKind, 'How many people it lets in.'),
    expires_at: optional(nullable(secondsKind), 'Until when, in seconds since 1970; nil for good.'),
  },
  'mobium-later',
)

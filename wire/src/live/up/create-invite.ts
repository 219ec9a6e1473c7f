/**
 * @module `create_invite`. Makes an invitation to a channel.
 */
import { integer } from '#live/kinds.ts'
import { channelField } from '#live/parts.ts'
import { message, optional } from '#live/schema.ts'

export const createInvite = message(
  'create_invite',
  'Makes an invitation to a channel.',
  {
    channel_id: channelField,
    max_uses: optional(integer(1, 10_000), 'How many people it lets in; one by default.'),
    ttl_seconds: optional(integer(1, 31_536_000), 'How long it lasts; for good by default.'),
  },
  'mobium-later',
)

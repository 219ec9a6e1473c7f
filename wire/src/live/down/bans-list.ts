/**
 * @module `bans_list`. Who is banned from a channel.
 */
import { list, nullable, text } from '#live/kinds.ts'
import { channelKind, keyKind } from '#live/parts.ts'
import { field, message, optional, record } from '#live/schema.ts'

export const bansList = message(
  'bans_list',
  'Who is banned from a channel.',
  {
    channel_id: field(channelKind, 'The channel.'),
    bans: field(
      list(
        record({ pubkey: field(keyKind, 'Who.'), reason: optional(nullable(text(256)), 'Why.') }),
        100_000,
      ),
      'May be empty.',
    ),
  },
  'mobium-later',
)

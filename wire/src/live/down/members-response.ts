/**
 * @module `members_response`. The members of a channel.
 */
import { list, text } from '#live/kinds.ts'
import {
  capabilitiesField,
  channelKind,
  exchangeKeyKind,
  exchangeSignatureField,
  keyKind,
} from '#live/parts.ts'
import { field, message, optional, record } from '#live/schema.ts'

export const membersResponse = message('members_response', 'The members of a channel.', {
  channel_id: field(channelKind, 'The channel.'),
  members: field(list(keyKind, 100_000), 'Their Ed25519 keys.'),
  members_with_keys: field(
    list(
      record({
        ed25519: field(keyKind, 'Who.'),
        x25519: field(exchangeKeyKind, 'Empty when unknown.'),
        role: optional(text(32), 'Since a later version.'),
        x25519_sig: exchangeSignatureField,
        caps: capabilitiesField,
      }),
      100_000,
    ),
    'The same people in the same order, with what else is known.',
  ),
})

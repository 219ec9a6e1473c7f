/**
 * @module `role_set`. The role was given.
 */
import { channelKind, keyKind, roleKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const roleSet = message(
  'role_set',
  'The role was given.',
  {
    channel_id: field(channelKind, 'The channel.'),
    target_pubkey: field(keyKind, 'Whom it is about.'),
    role: field(roleKind, 'Their new role.'),
  },
  'mobium-later',
)

/**
 * @module `role_updated`. The reader has a new role.
 */
import { channelKind, roleKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const roleUpdated = message(
  'role_updated',
  'The reader has a new role.',
  {
    channel_id: field(channelKind, 'The channel.'),
    role: field(roleKind, 'Which.'),
  },
  'mobium-later',
)

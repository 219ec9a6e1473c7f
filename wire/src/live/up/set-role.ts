/**
 * @module `set_role`. Makes a member a moderator, or no longer one.
 */
import { channelField, roleKind, targetField } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const setRole = message(
  'set_role',
  'Makes a member a moderator, or no longer one.',
  {
    channel_id: channelField,
    target_pubkey: targetField,
    role: field(roleKind, 'Their new role.'),
  },
  'mobium-later',
)

/**
 * @module `role`. An admin makes a member an admin, or no longer one.
 */
import { channelRecord, roleKind } from '#channels/parts.ts'
import { identityKind } from '#content/kinds.ts'
import { field } from '#live/schema.ts'

export const role = channelRecord('role', 'An admin says what a member may do.', {
  member: field(identityKind, 'Who.'),
  role: field(roleKind, 'Their new role.'),
})

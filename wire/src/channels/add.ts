/**
 * @module `add`. An admin makes somebody a member, or lets somebody back who was removed.
 */
import { channelRecord, roleKind } from '#channels/parts.ts'
import { addressKind, identityKind } from '#content/kinds.ts'
import { field, optional } from '#live/schema.ts'

export const add = channelRecord(
  'add',
  'An admin makes somebody a member, also when they were removed before.',
  {
    member: field(identityKind, 'Who.'),
    role: field(roleKind, 'As what.'),
    address: optional(
      addressKind,
      'Where they read, when that is known. They can say so by `join`.',
    ),
  },
)

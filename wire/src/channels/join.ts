/**
 * @module `join`. Somebody comes in, with what an admin has signed for it; or a member says anew where they read.
 */
import { maxSignedGrantBytes } from '#channels/limits.ts'
import { channelRecord, ownNameField, readsAtField } from '#channels/parts.ts'
import { bytes } from '#live/kinds.ts'
import { optional } from '#live/schema.ts'

export const join = channelRecord(
  'join',
  'Its author comes in by an invitation; or is a member, and says anew where they read.',
  {
    grant: optional(bytes(1, maxSignedGrantBytes), 'The signed grant. A member needs none.'),
    address: readsAtField,
    own_name: ownNameField,
  },
)

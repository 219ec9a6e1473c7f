/**
 * @module `remove`. An admin puts a member out.
 */
import { channelRecord } from '#channels/parts.ts'
import { identityKind } from '#content/kinds.ts'
import { field } from '#live/schema.ts'

export const remove = channelRecord(
  'remove',
  'An admin puts a member out. They come back by `add` only: no invitation lets them in.',
  { member: field(identityKind, 'Who.') },
)

/**
 * @module `revoke`. Every invitation that was given out before is void.
 */
import { channelRecord } from '#channels/parts.ts'

export const revoke = channelRecord(
  'revoke',
  'An admin takes back every invitation that was given out before this record.',
  {},
)

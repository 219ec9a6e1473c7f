/**
 * @module `timer`. How long texts of the channel stay from now on.
 */
import { channelRecord } from '#channels/parts.ts'
import { maxSeconds } from '#content/limits.ts'
import { integer } from '#live/kinds.ts'
import { field } from '#live/schema.ts'

export const timer = channelRecord('timer', 'An admin says how long texts stay from now on.', {
  seconds: field(integer(0, maxSeconds), 'So long after they were read; 0 for ever.'),
})

/**
 * @module `leave`. A member goes.
 */
import { channelRecord } from '#channels/parts.ts'

export const leave = channelRecord('leave', 'Its author is no member any more.', {})

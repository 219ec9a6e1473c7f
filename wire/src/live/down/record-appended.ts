/**
 * @module `record_appended`. The record is kept.
 */
import { channelKind, countKind, idKind } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const recordAppended = message(
  'record_appended',
  'The record is kept.',
  {
    channel_id: field(channelKind, 'The channel.'),
    number: field(countKind, 'Its place, from 1.'),
    client_id: optional(idKind, 'As it came.'),
  },
  'ours',
)

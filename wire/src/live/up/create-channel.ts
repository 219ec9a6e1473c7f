/**
 * @module `create_channel`. Makes a channel and joins it as its first member.
 */
import { bytes } from '#live/kinds.ts'
import { accessKind, channelKind, missing } from '#live/parts.ts'
import { extra, field, message } from '#live/schema.ts'

export const createChannel = message(
  'create_channel',
  'Makes a channel and joins it as its first member.',
  {
    channel_id: field(channelKind, 'Drawn by the client.', missing('channel_id')),
    encrypted_metadata: field(bytes(0, 4096), 'Opaque.', missing('encrypted_metadata')),
    access_mode: extra(
      accessKind,
      'Who may join: anybody who knows the id, or only with an invitation.',
    ),
  },
)

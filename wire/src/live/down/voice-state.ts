/**
 * @module `voice_state`. Who is in a voice room that the caller has entered.
 */
import { list } from '#live/kinds.ts'
import { channelKind, countKind, keyKind, voiceModeKind } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const voiceState = message(
  'voice_state',
  'Who is in a voice room that the caller has entered.',
  {
    channel_id: field(channelKind, 'The channel.'),
    participants: field(list(keyKind, 1000), 'Who, the caller included.'),
    voice_mode: optional(voiceModeKind, 'How many there are: few, or many. Since a later version.'),
    max_participants: optional(countKind, 'How many may be in it. Since a later version.'),
  },
)

/**
 * @module `voice_joined`. Somebody entered a voice room.
 */
import { channelKind, countKind, keyKind, voiceModeKind } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const voiceJoined = message('voice_joined', 'Somebody entered a voice room.', {
  channel_id: field(channelKind, 'The channel.'),
  pubkey: field(keyKind, 'Who.'),
  voice_mode: optional(voiceModeKind, 'As in `voice_state`.'),
  participant_count: optional(countKind, 'How many are in it now.'),
})

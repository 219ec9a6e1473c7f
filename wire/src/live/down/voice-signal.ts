/**
 * @module `voice_signal`. One step of setting up a call.
 */
import { text } from '#live/kinds.ts'
import { keyKind, payloadKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const voiceSignal = message('voice_signal', 'One step of setting up a call.', {
  sender: field(
    keyKind,
    'Who sent it; the one who was called when the type is `peer_unavailable`.',
  ),
  signal_type: field(text(64), 'As the sender said, or `peer_unavailable`.'),
  payload: field(payloadKind, 'As the sender wrote it.'),
})

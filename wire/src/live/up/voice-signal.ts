/**
 * @module `voice_signal`. Hands on one step of setting up a call. Never kept for later.
 */
import { text } from '#live/kinds.ts'
import { keyKind, missing, payloadKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const voiceSignal = message(
  'voice_signal',
  'Hands on one step of setting up a call. Never kept for later.',
  {
    recipient: field(keyKind, 'Who shall have it: their Ed25519 key.', missing('recipient')),
    signal_type: field(
      text(64),
      'Such as `offer`, `answer`, `ice_candidate`, `hangup`, `reject`. Absent or not a text: `unknown`.',
      { otherwise: 'unknown' },
    ),
    payload: field(
      payloadKind,
      'What is sealed. The relay does not look into it.',
      missing('payload'),
    ),
  },
)

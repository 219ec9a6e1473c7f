/**
 * @module Kinds and fields that many live messages have in common.
 */
import { bytes, choice, integer, list, text } from '#live/kinds.ts'
import { extra, field, optional, type FieldTexts } from '#live/schema.ts'

/** An Ed25519 key, as far as anybody has looked: Mobium checks its length only at the login. */
export const keyKind = bytes(1, 64)
export const key32Kind = bytes(32)
export const signatureKind = bytes(64)
export const idKind = bytes(16)
export const channelKind = bytes(1, 64)
export const payloadKind = bytes(0, Number.POSITIVE_INFINITY)
export const exchangeKeyKind = bytes(0, 64)
export const deviceKind = integer(1, 127)
export const countKind = integer(0)
export const secondsKind = integer()
export const millisKind = integer()
export const accessKind = choice('public', 'private')
export const roleKind = choice('moderator', 'member')
export const voiceModeKind = choice('p2p', 'relay')
export const capabilitiesKind = list(text(32), 32)

/** Mobium says the same of a field that is absent and of one that it cannot read. */
export function missing(name: string, rest = ''): { readonly texts: FieldTexts } {
  const why = `Missing ${name}${rest}`
  return { texts: { absent: why, unreadable: why, wrongSize: `Invalid ${name}` } }
}

export const channelField = field(channelKind, 'The channel.', missing('channel_id'))
export const targetField = field(keyKind, 'Whose: their Ed25519 key.', missing('target_pubkey'))
export const clientIdField = extra(
  idKind,
  'Drawn by the client. The answer repeats it; a second message with the same id changes nothing.',
)
export const exchangeSignatureField = extra(
  signatureKind,
  'Ed25519 signature that binds the X25519 key to the identity.',
)
export const capabilitiesField = extra(
  capabilitiesKind,
  'What the speaker can do beyond the original protocol.',
)
export const errorField = optional(text(256), 'Why there is none, for people.')

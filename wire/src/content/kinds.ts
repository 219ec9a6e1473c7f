/**
 * @module Kinds and fields that what people say has in common, in the language of the live door's schemas.
 */
import { bytes, integer, text } from '#live/kinds.ts'
import { field, message, type Fields, type Message } from '#live/schema.ts'
import {
  contentIdBytes,
  maxMillis,
  maxNameCharacters,
  maxRelayCharacters,
} from '#content/limits.ts'

export const contentIdKind = bytes(contentIdBytes)
/** An Ed25519 public key. */
export const identityKind = bytes(32)
/** A mailbox of the oblivious door. */
export const addressKind = bytes(32)
export const channelKind = bytes(32)
export const secretKind = bytes(32)
export const digestKind = bytes(32)
export const deviceKind = integer(1, 127)
/** Milliseconds since 1970 that are a date. */
export const momentKind = integer(0, maxMillis)
/** The URL of a relay. Nobody has looked at it. */
export const relayKind = text(maxRelayCharacters)
export const nameKind = text(maxNameCharacters)

/** What every content has. */
export const everyContent = {
  id: field(contentIdKind, 'How it is named everywhere. Drawn at random by its author.'),
  sent_at: field(momentKind, "When, by the author's clock, in milliseconds since 1970."),
}

/** One kind of content: what every one has, and what this one says. */
export function content<const Name extends string, const F extends Fields>(
  name: Name,
  prose: string,
  fields: F,
): Message<Name, typeof everyContent & F> {
  return message(name, prose, { ...everyContent, ...fields }, 'ours')
}

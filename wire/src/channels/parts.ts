/**
 * @module Kinds and fields that the records of a channel have in common.
 */
import { identityField, versionField } from '#cards/parts.ts'
import { grantIdBytes, maxPictureBytes } from '#channels/limits.ts'
import { addressKind, channelKind, digestKind, momentKind, nameKind } from '#content/kinds.ts'
import { bytes, choice, integer } from '#live/kinds.ts'
import { field, message, optional, type Fields, type Message } from '#live/schema.ts'

export const roleKind = choice('admin', 'member')
export const grantIdKind = bytes(grantIdBytes)
export const numberKind = integer(1)

export const channelField = field(
  channelKind,
  'Which channel: SHA-256 of `sotto/channel/1` and the body of its first record.',
)
export const numberField = field(numberKind, 'Its place in the chain, from 1.')
export const atField = field(momentKind, "When, by the author's clock, in milliseconds since 1970.")
export const readsAtField = field(
  addressKind,
  'The mailbox at the relay where its author reads what other members write to them for this channel.',
)
export const ownNameField = optional(nameKind, 'What its author calls themselves.')
export const nameField = field(nameKind, 'What the channel is called.')
export const pictureField = optional(bytes(1, maxPictureBytes), 'A small picture of the channel.')

/** What every record has that is not the first. */
export const everyRecord = {
  version: versionField,
  identity: identityField,
  channel: channelField,
  number: numberField,
  previous: field(
    digestKind,
    'SHA-256 of `sotto/channel-record/1` and the body of the one before.',
  ),
  at: atField,
}

/** One kind of record: what every one has, and what this one says. */
export function channelRecord<const Name extends string, const F extends Fields>(
  name: Name,
  prose: string,
  fields: F,
): Message<Name, typeof everyRecord & F> {
  return message(name, prose, { ...everyRecord, ...fields }, 'ours')
}

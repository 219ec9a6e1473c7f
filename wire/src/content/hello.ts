/**
 * @module `hello`. Where to write to me. The first thing that is said to somebody, and said again whenever it changes.
 */
import { flag, text } from '#live/kinds.ts'
import { field, optional, record, type ValuesOf } from '#live/schema.ts'
import { addressKind, content, nameKind, relayKind } from '#content/kinds.ts'
import { maxRequestCharacters } from '#content/limits.ts'

/** Unlike an invitation's card it is not signed: the letter around it proves who says it. */
export const ownPlaceFields = {
  relay: field(relayKind, 'The URL of the relay.'),
  address: field(addressKind, 'The mailbox there that is for this contact alone.'),
  name: optional(nameKind, 'What they call themselves.'),
}

export type OwnPlace = ValuesOf<typeof ownPlaceFields>

export const hello = content(
  'hello',
  'Where to write to me. The first thing that is said to somebody, and said again whenever it changes.',
  {
    card: field(record(ownPlaceFields), 'Where, and who.'),
    accepted: field(flag(), 'Whether the speaker takes the other for a contact.'),
    request: optional(text(maxRequestCharacters), 'The first words of a stranger.'),
  },
)

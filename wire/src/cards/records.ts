/**
 * @module Every record that people publish or hand on about themselves.
 */
import { bundleFields } from '#cards/bundle.ts'
import { cardFields } from '#cards/card.ts'
import { devicesFields } from '#cards/devices.ts'
import { introductionFields, meetingOfferFields } from '#cards/meeting.ts'
import { kemOneTimeFields, oneTimeFields } from '#cards/one-time.ts'
import { signedFields } from '#cards/signed.ts'
import type { DescribedField } from '#live/kinds.ts'

/** Of the schemas of all records, their history stands in wire/cards-history.md; also what writers put into them. */
export const cardsVersion = 1

export interface DescribedRecord {
  readonly name: string
  readonly prose: string
  readonly fields: Readonly<Record<string, DescribedField>>
}

/** In the order of the page that describes them. */
export const cardRecords: readonly DescribedRecord[] = [
  { name: 'signed', prose: 'The wrapper of all that is signed.', fields: signedFields },
  {
    name: 'card',
    prose: 'Who somebody is, and where to write to them. It travels signed.',
    fields: cardFields,
  },
  {
    name: 'bundle',
    prose:
      'What a device publishes so that anybody can begin a session with it. It travels signed.',
    fields: bundleFields,
  },
  {
    name: 'one_time',
    prose: 'A prekey that the relay hands out once, beside a bundle.',
    fields: oneTimeFields,
  },
  {
    name: 'kem_one_time',
    prose: 'A prekey of the KEM that the relay hands out once, beside a bundle.',
    fields: kemOneTimeFields,
  },
  {
    name: 'devices',
    prose: 'Which devices somebody has. It travels signed.',
    fields: devicesFields,
  },
  {
    name: 'meeting_offer',
    prose: 'What is behind six digits: a promise of a card, and a key to answer to.',
    fields: meetingOfferFields,
  },
  {
    name: 'introduction',
    prose: 'What both sides of a meeting seal for each other.',
    fields: introductionFields,
  },
]

/**
 * @module Everything that members of a channel write for each other, by its name: for the page that describes it, and for
 * its history.
 */
import type { DescribedRecord } from '#cards/records.ts'
import { grantFields } from '#channels/grant.ts'
import { channelLinkFields } from '#channels/link.ts'
import { channelRecordKinds } from '#channels/records.ts'
import { saidFields } from '#channels/said.ts'

/** Of all these schemas, their history stands in wire/channels-history.md; also what writers put into records. */
export const channelsVersion = 1

export const channelSchemas: readonly DescribedRecord[] = [
  ...Object.values(channelRecordKinds).map(({ name, prose, fields }) => ({ name, prose, fields })),
  {
    name: 'channel-grant',
    prose: 'What an admin signs so that others can come in. It travels signed.',
    fields: grantFields,
  },
  {
    name: 'channel-link',
    prose: 'What is behind `#c.` in a link.',
    fields: channelLinkFields,
  },
  {
    name: 'said',
    prose: 'What a sender key encrypts: a content, and what its author knew of the chain.',
    fields: saidFields,
  },
]

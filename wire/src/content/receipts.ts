/**
 * @module `receipts`. What has arrived, and what has been read. Sent late and in lists, to contacts only: an answer at
 * once would say when somebody is awake, and link both ends for who watches (docs/protocols/content.md).
 */
import { list } from '#live/kinds.ts'
import { optional } from '#live/schema.ts'
import { content, contentIdKind } from '#content/kinds.ts'
import { maxReceipts } from '#content/limits.ts'

const idsKind = list(contentIdKind, maxReceipts)

export const receipts = content(
  'receipts',
  'What has arrived, and what has been read. Sent late, to contacts only, and about nothing but what was understood.',
  {
    delivered: optional(idsKind, 'Contents that have arrived.'),
    read: optional(idsKind, 'Contents that somebody has seen.'),
  },
)

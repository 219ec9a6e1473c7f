/**
 * @module The entries of `sender_key_distribution`. They are read one by one: a malformed one ends the list, and those
 * before it count.
 */
import type { WrittenForm } from '#live/byte-forms.ts'
import { bytes, type FrameReader, type RawValue } from '#live/kinds.ts'
import { keyKind, missing } from '#live/parts.ts'
import { field, findEntries, readFields, writeFields, type ValuesOf } from '#live/schema.ts'
import { MessagePackWriter } from '#messagepack/write.ts'

/** What an entry holds. */
export const distributionFields = {
  recipient: field(keyKind, 'Who shall have it.', missing('recipient', ' in distribution')),
  encrypted_dist: field(
    bytes(0, 16_384),
    'The key of the sender, encrypted for them.',
    missing('encrypted_dist', ' in distribution'),
  ),
}

export type Distribution = ValuesOf<typeof distributionFields>

export type ReadDistribution =
  | { readonly kind: 'distribution'; readonly distribution: Distribution }
  | { readonly kind: 'malformed'; readonly why: string }

export function readDistribution(entry: RawValue): ReadDistribution {
  const places = findEntries(entry, 0, distributionFields) ?? new Map<string, number>()
  const reader: FrameReader = { frame: entry, form: undefined, wrongSize: false }
  const read = readFields(reader, places, distributionFields)
  if (read.kind === 'malformed') return read
  // The values were read by the kinds of these very fields.
  return { kind: 'distribution', distribution: read.values as Distribution }
}

export function writeDistribution(distribution: Distribution, form: WrittenForm): RawValue {
  const packer = new MessagePackWriter()
  writeFields({ packer, form }, distributionFields, distribution)
  // One whole map was written.
  return packer.finish() as Uint8Array as RawValue
}

/**
 * @module The records of a channel: to bytes and back. Who signs, who may, and what follows is not said here.
 */
import { add } from '#channels/add.ts'
import { create } from '#channels/create.ts'
import { join } from '#channels/join.ts'
import { leave } from '#channels/leave.ts'
import { name } from '#channels/name.ts'
import { everyRecord } from '#channels/parts.ts'
import { remove } from '#channels/remove.ts'
import { revoke } from '#channels/revoke.ts'
import { role } from '#channels/role.ts'
import { timer } from '#channels/timer.ts'
import { maxTypeCharacters } from '#content/limits.ts'
import { isOneValue, writeWholeMap } from '#content/whole-map.ts'
import type { FrameReader } from '#live/kinds.ts'
import {
  findEntries,
  readFields,
  type Message,
  type MessageOf,
  type ValuesOf,
} from '#live/schema.ts'
import { readText } from '#messagepack/read.ts'

/** In the order of the page that describes them. */
export const channelRecordKinds = {
  create,
  join,
  add,
  remove,
  leave,
  role,
  name,
  timer,
  revoke,
} as const

type Kinds = typeof channelRecordKinds
export type ChannelRecordType = keyof Kinds

/** The record of one type. */
export type ChannelRecordOf<Type extends ChannelRecordType> = MessageOf<Kinds[Type]>

/** Discriminated by `type`. */
export type ChannelRecord = {
  [Type in ChannelRecordType]: ChannelRecordOf<Type>
}[ChannelRecordType]

/** What all but the first have. */
export type ChannelRecordHeading = ValuesOf<typeof everyRecord>

export type ReadChannelRecord =
  | { readonly kind: 'record'; readonly record: ChannelRecord }
  /** A kind that a newer version has: it keeps its place in the chain. */
  | { readonly kind: 'unknown'; readonly type: string; readonly heading: ChannelRecordHeading }
  | { readonly kind: 'malformed' }

/** Never throws. The caller has bounded the length. */
export function readChannelRecord(body: Uint8Array): ReadChannelRecord {
  const places = isOneValue(body) ? findEntries(body, 0, names) : undefined
  const typeAt = places?.get('type')
  const type = typeAt === undefined ? undefined : readText(body, typeAt)?.value
  if (places === undefined || type === undefined || !typeName.test(type)) return malformed
  const reader: FrameReader = { frame: body, form: undefined, wrongSize: false }
  const schema = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  const read = readFields(reader, places, schema?.fields ?? everyRecord)
  if (read.kind === 'malformed') return malformed
  if (schema !== undefined) {
    // The values were read by the kinds of the schema that has this type.
    return { kind: 'record', record: { type, ...read.values } as ChannelRecord }
  }
  // As above, of the schema that all have in common.
  return { kind: 'unknown', type, heading: read.values as ChannelRecordHeading }
}

/** Throws a RangeError for what is longer than the schema allows. */
export function writeChannelRecord(record: ChannelRecord): Uint8Array<ArrayBuffer> {
  const schema = Object.hasOwn(kinds, record.type) ? kinds[record.type] : undefined
  if (schema === undefined) {
    throw new TypeError('Cannot write a record: unknown type, required one of the schemas')
  }
  return writeWholeMap(schema.fields, record, record.type)
}

const malformed = { kind: 'malformed' } as const

const kinds: Readonly<Record<string, Message>> = channelRecordKinds

/** Every name that an entry may have, so that one walk finds all that matters. */
const names: Readonly<Record<string, true>> = Object.fromEntries(
  ['type', ...Object.values(kinds).flatMap(({ fields }) => Object.keys(fields))].map((each) => [
    each,
    true,
  ]),
)

const typeName = new RegExp(`^[a-z0-9_]{1,${maxTypeCharacters}}$`)

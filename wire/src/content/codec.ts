/**
 * @module Contents to bytes and back: the plaintext of a ratchet message. Whoever reads knows who wrote it, and believes
 * nothing else of it.
 */
import { contentKinds, type Content } from '#content/content.ts'
import { everyContent } from '#content/kinds.ts'
import { maxTypeCharacters } from '#content/limits.ts'
import { isOneValue, writeWholeMap } from '#content/whole-map.ts'
import type { FrameReader } from '#live/kinds.ts'
import { findEntries, readFields, type Message, type ValuesOf } from '#live/schema.ts'
import { readText } from '#messagepack/read.ts'

export type ReadContent =
  /** Long byte strings may be views into what was read. */
  | { readonly kind: 'content'; readonly content: Content }
  /** A kind that a newer version has: kept, and shown as what needs one. */
  | {
      readonly kind: 'unknown'
      /** 1 to 32 of `a-z`, `0-9` and `_`. */
      readonly type: string
      readonly id: Uint8Array
      readonly sentAt: number
    }
  | { readonly kind: 'malformed' }

/** Never throws. The caller has bounded the length. */
export function readContent(bytes: Uint8Array): ReadContent {
  const places = isOneValue(bytes) ? findEntries(bytes, 0, names) : undefined
  const typeAt = places?.get('type')
  const type = typeAt === undefined ? undefined : readText(bytes, typeAt)?.value
  if (places === undefined || type === undefined || !isTypeName(type)) return malformed
  const reader: FrameReader = { frame: bytes, form: undefined, wrongSize: false }
  const schema = Object.hasOwn(kinds, type) ? kinds[type] : undefined
  const read = readFields(reader, places, schema?.fields ?? everyContent)
  if (read.kind === 'malformed') return malformed
  if (schema !== undefined) {
    // The values were read by the kinds of the schema that has this type.
    return { kind: 'content', content: { type, ...read.values } as Content }
  }
  // As above, of the schema that all have in common.
  const { id, sent_at: sentAt } = read.values as ValuesOf<typeof everyContent>
  return { kind: 'unknown', type, id, sentAt }
}

/** Throws a RangeError for what is longer than the schema allows. */
export function writeContent(content: Content): Uint8Array<ArrayBuffer> {
  const schema = Object.hasOwn(kinds, content.type) ? kinds[content.type] : undefined
  if (schema === undefined) {
    throw new TypeError('Cannot write content: unknown type, required one of the schemas')
  }
  return writeWholeMap(schema.fields, content, content.type)
}

const malformed = { kind: 'malformed' } as const

const kinds: Readonly<Record<string, Message>> = contentKinds

/** Every name that an entry may have, so that one walk finds all that matters. */
const names: Readonly<Record<string, true>> = Object.fromEntries(
  ['type', ...Object.values(kinds).flatMap(({ fields }) => Object.keys(fields))].map((name) => [
    name,
    true,
  ]),
)

const typeName = new RegExp(`^[a-z0-9_]{1,${maxTypeCharacters}}$`)

/** What may be shown and kept, whoever wrote it. */
function isTypeName(type: string): boolean {
  return typeName.test(type)
}

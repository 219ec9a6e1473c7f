/**
 * @module The language in which live messages are written down: a message is a name, a sentence, and fields; a field is
 * a kind, a sentence, and whether it must be there. The TypeScript type of a message follows from its schema.
 */
import type { DescribedField, FrameReader, FrameWriter, Kind, Presence } from '#live/kinds.ts'
import { isNil, readText } from '#messagepack/read.ts'
import { readMapHeader, skipValue } from '#messagepack/scan.ts'

/**
 * Who else speaks it: `mobium` since its first version, `mobium-later` since one of its later ones, `ours` nobody.
 */
export type Origin = 'mobium' | 'mobium-later' | 'ours'

export interface Field<Value, Needed extends Presence = Presence> extends DescribedField {
  readonly kind: Kind<Value>
  readonly presence: Needed
  /** What is said when it is absent or unreadable; by default `Missing` and `Invalid` with its name. */
  readonly texts: FieldTexts | undefined
  /** Stands in for what is absent or of another kind. */
  readonly otherwise: Value | undefined
}

export interface FieldTexts {
  readonly absent: string
  readonly unreadable: string
  /** Readable, and too short or too long. */
  readonly wrongSize: string
}

export type Fields = Readonly<Record<string, Field<unknown>>>

type ValueOf<F> = F extends Field<infer Value> ? Value : never
type OptionalNames<F extends Fields> = {
  [Name in keyof F]: F[Name]['presence'] extends 'required' ? never : Name
}[keyof F]

/** The values of some fields. Undefined is the same as absent where a field is optional. */
export type ValuesOf<F extends Fields> = {
  readonly [Name in Exclude<keyof F, OptionalNames<F>>]: ValueOf<F[Name]>
} & { readonly [Name in OptionalNames<F>]?: ValueOf<F[Name]> | undefined }

export interface Message<Name extends string = string, F extends Fields = Fields> {
  readonly name: Name
  readonly prose: string
  readonly fields: F
  readonly origin: Origin
}

/** The TypeScript type of a message's values, with its name as `type`. */
export type MessageOf<M> =
  M extends Message<infer Name, infer F> ? { readonly type: Name } & ValuesOf<F> : never

export function message<const Name extends string, const F extends Fields>(
  name: Name,
  prose: string,
  fields: F,
  origin: Origin = 'mobium',
): Message<Name, F> {
  return { name, prose, fields, origin }
}

interface FieldChoices<Value> {
  readonly texts?: FieldTexts
  readonly otherwise?: Value
}

/** A field that must be there. */
export function field<Value>(
  kind: Kind<Value>,
  prose: string,
  { texts, otherwise }: FieldChoices<Value> = {},
): Field<Value, 'required'> {
  return { kind, presence: 'required', prose, isOurs: false, texts, otherwise }
}

/** A field that may be absent, or nil. */
export function optional<Value>(kind: Kind<Value>, prose: string): Field<Value, 'optional'> {
  return {
    kind,
    presence: 'optional',
    prose,
    isOurs: false,
    texts: undefined,
    otherwise: undefined,
  }
}

/** A field of ours in a message that others speak too: always optional. */
export function extra<Value>(kind: Kind<Value>, prose: string): Field<Value, 'optional'> {
  return { ...optional(kind, prose), isOurs: true }
}

/** A map inside a message. */
export function record<const F extends Fields>(fields: F): Kind<ValuesOf<F>> {
  return {
    label: 'map',
    fields,
    takesNil: false,
    read(reader, at) {
      const places = findEntries(reader.frame, at, fields)
      if (places === undefined) return undefined
      const values = readFields(reader, places, fields)
      // The values were read by the kinds of these very fields.
      return values.kind === 'values' ? (values.values as ValuesOf<F>) : undefined
    },
    write: (writer, values) => writeFields(writer, fields, values),
  }
}

/** Names no longer than this are looked up: all of ours are shorter. */
const maxNameBytes = 64

/** More than any message has, and few enough that looking through them costs nothing. */
export const maxMapEntries = 256

/**
 * Where the value of each of the wanted entries of a map begins; of several with one name the last. Undefined when no
 * map is there, or one that is not whole, has too many entries, or nests deeper than `depth` in a value.
 */
export function findEntries(
  frame: Uint8Array,
  at: number,
  wanted: Readonly<Record<string, unknown>>,
  depth?: number,
): ReadonlyMap<string, number> | undefined {
  const header = readMapHeader(frame, at)
  if (header === undefined || header.value > maxMapEntries) return undefined
  const places = new Map<string, number>()
  let place = header.end
  for (let i = 0; i < header.value; i++) {
    const value = skipValue(frame, place, depth)
    if (value === undefined) return undefined
    if (value - place <= maxNameBytes) {
      const name = readText(frame, place)?.value
      if (name !== undefined && Object.hasOwn(wanted, name)) places.set(name, value)
    }
    const end = skipValue(frame, value, depth)
    if (end === undefined) return undefined
    place = end
  }
  return places
}

export type ReadFields =
  | { readonly kind: 'values'; readonly values: Readonly<Record<string, unknown>> }
  | { readonly kind: 'malformed'; readonly why: string }

/** Reads fields in the order of their schema, so that of several mistakes the same one is always named. */
export function readFields(
  reader: FrameReader,
  places: ReadonlyMap<string, number>,
  fields: Fields,
): ReadFields {
  const values: Record<string, unknown> = {}
  for (const [name, { kind, presence, texts, otherwise }] of Object.entries(fields)) {
    const at = places.get(name)
    const isAbsent = at === undefined || (isNil(reader.frame, at) && !kind.takesNil)
    if (isAbsent && presence === 'optional') continue
    const value = isAbsent ? otherwise : kind.read(reader, at)
    if (value !== undefined) values[name] = value
    else if (isAbsent) return malformed(texts?.absent ?? `Missing ${name}`)
    else if (reader.wrongSize) return malformed(texts?.wrongSize ?? `Invalid ${name}`)
    else if (otherwise !== undefined) values[name] = otherwise
    else return malformed(texts?.unreadable ?? `Invalid ${name}`)
  }
  return { kind: 'values', values }
}

function malformed(why: string): ReadFields {
  return { kind: 'malformed', why }
}

/** Writes a map, its keys in alphabetical order. `type` comes in at its place when it is given. */
export function writeFields(
  writer: FrameWriter,
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
  type?: string,
): void {
  const names = Object.keys(fields).filter((name) => isWritten(name, fields, values))
  if (type !== undefined) names.push('type')
  names.sort()
  writer.packer.mapHeader(names.length)
  for (const name of names) {
    writer.packer.text(name)
    const described = fields[name]
    if (described === undefined) writer.packer.text(type ?? '')
    else described.kind.write(writer, values[name])
  }
}

function isWritten(
  name: string,
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
): boolean {
  if (values[name] !== undefined) return true
  if (fields[name]?.presence === 'optional') return false
  throw new TypeError(`Cannot write a message: ${name} is absent, required a value`)
}

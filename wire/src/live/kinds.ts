/**
 * @module What a field of a live message may hold. A kind reads one value out of a frame, writes one, and says in
 * a few words what it takes, for the page that describes the protocol.
 */
import {
  readBytes,
  readRaw,
  writeBytes,
  type BytesForm,
  type WrittenForm,
} from '#live/byte-forms.ts'
import { isNil, readFlag, readInteger, readText } from '#messagepack/read.ts'
import { readArrayHeader, skipValue } from '#messagepack/scan.ts'
import { MessagePackWriter } from '#messagepack/write.ts'
import type { Brand } from '#brand.ts'

export interface FrameReader {
  readonly frame: Uint8Array
  /** Of the first bytes that were read. */
  form: BytesForm | undefined
  /** Whether a value had the right kind and the wrong size: that ends the reading. */
  wrongSize: boolean
}

export interface FrameWriter {
  readonly packer: MessagePackWriter
  readonly form: WrittenForm
}

export interface Kind<Value> {
  /** For people: all that a value of it must be. */
  readonly label: string
  /** What the maps in it hold. */
  readonly fields?: Readonly<Record<string, DescribedField>> | undefined
  /** Whether nil is a value of it; elsewhere nil counts as absent. */
  readonly takesNil: boolean
  /** The frame is known to be whole. Undefined when the value at `at` is no such value. */
  read(reader: FrameReader, at: number): Value | undefined
  /** Throws a RangeError for what `read` would not take. */
  write(writer: FrameWriter, value: Value): void
}

export type Presence = 'required' | 'optional'

/** A named value of a message or of a map inside one. */
export interface DescribedField {
  readonly kind: Kind<unknown>
  readonly presence: Presence
  readonly prose: string
  /** Other implementations neither send it nor read it. */
  readonly isOurs: boolean
}

/** One MessagePack value as it came. */
export type RawValue = Brand<Uint8Array, 'MessagePackValue'>

/** Exactly `min` bytes, or from `min` to `max`. */
export function bytes(min: number, max: number = min): Kind<Uint8Array> {
  return {
    label: `bytes, ${range(min, max)}`,
    takesNil: false,
    read(reader, at) {
      const found = readBytes(reader.frame, at)
      if (found === undefined) return undefined
      reader.form ??= found.form
      return sized(reader, found.value, found.value.length, min, max)
    },
    write(writer, value) {
      demand(value.length, min, max, 'bytes')
      writeBytes(writer.packer, value, writer.form)
    },
  }
}

/** At most `max` UTF-16 units. */
export function text(max: number): Kind<string> {
  return {
    label: `text, up to ${max}`,
    takesNil: false,
    read(reader, at) {
      const value = readText(reader.frame, at)?.value
      return value === undefined ? undefined : sized(reader, value, value.length, 0, max)
    },
    write(writer, value) {
      demand(value.length, 0, max, 'characters')
      writer.packer.text(value)
    },
  }
}

export function integer(
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): Kind<number> {
  return {
    label: integerLabel(min, max),
    takesNil: false,
    read(reader, at) {
      const value = readInteger(reader.frame, at)?.value
      return value === undefined ? undefined : sized(reader, value, value, min, max)
    },
    write(writer, value) {
      if (value < min || value > max)
        throw new RangeError(
          `Cannot write an integer: out of range, required ${integerLabel(min, max)}`,
        )
      writer.packer.integer(value)
    },
  }
}

export function flag(): Kind<boolean> {
  return {
    label: 'flag',
    takesNil: false,
    read: (reader, at) => readFlag(reader.frame, at)?.value,
    write: (writer, value) => writer.packer.flag(value),
  }
}

/** One of a few words. */
export function choice<const Word extends string>(...words: readonly Word[]): Kind<Word> {
  return {
    label: words.map((word) => `"${word}"`).join(' or '),
    takesNil: false,
    read(reader, at) {
      const value = readText(reader.frame, at)?.value
      return words.find((word) => word === value)
    },
    write(writer, value) {
      if (!words.includes(value)) {
        throw new RangeError(`Cannot write a word: an unknown one, required one of ${words.length}`)
      }
      writer.packer.text(value)
    },
  }
}

/** Either of two kinds; the first that fits counts. */
export function either(number: Kind<number>, word: Kind<string>): Kind<number | string> {
  return {
    label: `${number.label}; or ${word.label}`,
    takesNil: false,
    read: (reader, at) => number.read(reader, at) ?? word.read(reader, at),
    write(writer, value) {
      if (typeof value === 'number') number.write(writer, value)
      else word.write(writer, value)
    },
  }
}

export function nullable<Value>(kind: Kind<Value>): Kind<Value | null> {
  return {
    label: `${kind.label}; or nil`,
    fields: kind.fields,
    takesNil: true,
    read: (reader, at) => (isNil(reader.frame, at) ? null : kind.read(reader, at)),
    write(writer, value) {
      if (value === null) writer.packer.nil()
      else kind.write(writer, value)
    },
  }
}

export function list<Value>(item: Kind<Value>, max: number): Kind<readonly Value[]> {
  return {
    label: `list, up to ${max}: ${item.label}`,
    fields: item.fields,
    takesNil: false,
    read(reader, at) {
      const header = readArrayHeader(reader.frame, at)
      if (header === undefined) return undefined
      if (sized(reader, header, header.value, 0, max) === undefined) return undefined
      const items: Value[] = []
      let place = header.end
      for (let i = 0; i < header.value; i++) {
        const value = item.read(reader, place)
        const end = skipValue(reader.frame, place)
        if (value === undefined || end === undefined) return undefined
        items.push(value)
        place = end
      }
      return items
    },
    write(writer, values) {
      demand(values.length, 0, max, 'items')
      writer.packer.arrayHeader(values.length)
      for (const value of values) item.write(writer, value)
    },
  }
}

/** Anything, left as it is. */
export function raw(): Kind<RawValue> {
  return {
    label: 'any value',
    takesNil: true,
    // Exactly one whole value: that is what the brand says.
    read: (reader, at) => readRaw(reader.frame, at)?.value as RawValue | undefined,
    write(writer, value) {
      if (skipValue(value, 0) !== value.length) {
        throw new TypeError('Cannot write a raw value: not one whole value, required one')
      }
      writer.packer.raw(value)
    },
  }
}

function sized<Value>(
  reader: FrameReader,
  value: Value,
  size: number,
  min: number,
  max: number,
): Value | undefined {
  if (size >= min && size <= max) return value
  reader.wrongSize = true
  return undefined
}

function demand(size: number, min: number, max: number, unit: string): void {
  if (size >= min && size <= max) return
  throw new RangeError(`Cannot write a field: ${size} ${unit}, required ${range(min, max)}`)
}

function range(min: number, max: number): string {
  if (min === max) return `${min}`
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? 'any number' : `${min} or more`
  return min === 0 ? `up to ${max}` : `${min} to ${max}`
}

function integerLabel(min: number, max: number): string {
  const open = max === Number.MAX_SAFE_INTEGER
  if (open) return min === Number.MIN_SAFE_INTEGER ? 'integer' : `integer, ${min} or more`
  return `integer, ${min} to ${max}`
}

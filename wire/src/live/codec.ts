/**
 * @module Frames of the live door to messages and back, by the tables of schemas. The relay reads what goes up and writes
 * what comes down; a client does the opposite.
 */
import type { BytesForm, WrittenForm } from '#live/byte-forms.ts'
import { downMessages, type DownMessage } from '#live/down.ts'
import type { FrameReader } from '#live/kinds.ts'
import { findEntries, readFields, writeFields, type Message } from '#live/schema.ts'
import { upMessages, type UpMessage } from '#live/up.ts'
import { readText } from '#messagepack/read.ts'
import { readMapHeader, skipValue } from '#messagepack/scan.ts'
import { MessagePackWriter } from '#messagepack/write.ts'

export type Reading<Received> =
  | {
      readonly kind: 'message'
      /** Long byte strings may be views into the frame. */
      readonly message: Received
      /** Of its first bytes, by the order of the schema; undefined when it has none. */
      readonly form: BytesForm | undefined
    }
  | { readonly kind: 'malformed'; readonly why: string }

/** How deep a live message may nest. */
const maxDepth = 8

const maxTypeCharacters = 64

type Table = Readonly<Record<string, Message>>

/** Reads the first value in `frame` as a message of a client. Never throws. The caller has bounded the length. */
export function readUp(frame: Uint8Array): Reading<UpMessage> {
  // `read` gives back what the schema of its type says, and that is what the union is made of.
  return read(frame, upMessages, upNames) as Reading<UpMessage>
}

/** Reads the first value in `frame` as a message of a relay. Never throws. */
export function readDown(frame: Uint8Array): Reading<DownMessage> {
  // As above.
  return read(frame, downMessages, downNames) as Reading<DownMessage>
}

/** Writes what a client says. Throws for values that the schema does not allow. */
export function writeUp(message: UpMessage, form: WrittenForm): Uint8Array<ArrayBuffer> {
  return write(message, upMessages[message.type], form)
}

/** Writes what a relay says. Throws for values that the schema does not allow. */
export function writeDown(message: DownMessage, form: WrittenForm): Uint8Array<ArrayBuffer> {
  return write(message, downMessages[message.type], form)
}

/** Every name that an entry of a message may have, so that one walk over a frame finds all that matters. */
function namesOf(table: Table): Readonly<Record<string, true>> {
  const names = Object.values(table).flatMap(({ fields }) => Object.keys(fields))
  return Object.fromEntries(['type', ...names].map((name) => [name, true]))
}

const upNames = namesOf(upMessages)
const downNames = namesOf(downMessages)

function read(
  frame: Uint8Array,
  table: Table,
  names: Readonly<Record<string, true>>,
): Reading<{ readonly type: string }> {
  const places = findEntries(frame, 0, names, maxDepth - 1)
  if (places === undefined) {
    const isOther = readMapHeader(frame, 0) === undefined && skipValue(frame, 0) !== undefined
    return malformed(isOther ? 'Missing message type' : 'Malformed message')
  }
  const typeAt = places.get('type')
  const type = typeAt === undefined ? undefined : readText(frame, typeAt)?.value
  if (type === undefined) return malformed('Missing message type')
  const schema = Object.hasOwn(table, type) ? table[type] : undefined
  if (schema === undefined) return malformed(`Unknown message type: ${printable(type)}`)
  const reader: FrameReader = { frame, form: undefined, wrongSize: false }
  const read = readFields(reader, places, schema.fields)
  if (read.kind === 'malformed') return read
  return { kind: 'message', message: { type, ...read.values }, form: reader.form }
}

function malformed(why: string): { readonly kind: 'malformed'; readonly why: string } {
  return { kind: 'malformed', why }
}

/** What can be shown of a text that anybody may have written. */
function printable(text: string): string {
  const shown = [...text.slice(0, 2 * maxTypeCharacters)].slice(0, maxTypeCharacters).join('')
  return shown.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
}

function write(
  message: UpMessage | DownMessage,
  schema: Message | undefined,
  form: WrittenForm,
): Uint8Array<ArrayBuffer> {
  if (schema === undefined) {
    throw new TypeError('Cannot write a message: unknown type, required one of the schemas')
  }
  const packer = new MessagePackWriter()
  writeFields({ packer, form }, schema.fields, { ...message }, message.type)
  return packer.finish()
}

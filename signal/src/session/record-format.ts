/**
 * @module A session record as it is stored. The format is ours and never travels; a new version of it is a new reader
 * beside the old ones, and a line in the table of readers.
 *
 * | bytes, version 1 | |
 * |---|---|
 * | 1 | version: 1 |
 * | 1 | 1 if there is a current session, and then: |
 * | · 4, n | its length, and it (`state-format.ts`) |
 * | 1 | number of archived sessions, newest first, each: |
 * | · 4, n | its length, and it |
 */
import { wipe } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { maxArchivedSessions } from '#limits.ts'
import { FieldReader, FieldWriter } from '#session/byte-fields.ts'
import { secretsOfRecord, type SessionRecord } from '#session/session-record.ts'
import { readSessionState, writeSessionState } from '#session/state-format.ts'

/** The version that is written. */
const version = 1

const readers: ReadonlyMap<number, (fields: FieldReader) => SessionRecord | undefined> = new Map([
  [1, readVersion1],
])

export function writeRecord({ current, archived }: SessionRecord): Uint8Array {
  const state = current === undefined ? undefined : writeSessionState(current)
  let size = 3 + (state === undefined ? 0 : 4 + state.length)
  for (const each of archived) size += 4 + each.length

  const writer = new FieldWriter(size)
  writer.byte(version)
  writer.flag(state !== undefined)
  if (state !== undefined) writeSized(writer, state)
  writer.byte(archived.length)
  for (const each of archived) writeSized(writer, each)
  state?.fill(0)
  return writer.bytes
}

/** The bytes are copied. Archived sessions are looked at when they are tried. */
export function readRecord(bytes: Uint8Array): SessionRecord {
  // A copy also of a Buffer, whose `slice` is a view.
  const copy = new Uint8Array(bytes)
  const fields = new FieldReader(copy)
  const record = readers.get(fields.byte())?.(fields)
  if (record === undefined || !fields.isDone()) {
    // What was read of it are views, but for SPQR's part.
    if (record !== undefined) wipe(...secretsOfRecord(record))
    wipe(copy)
    throw new SignalError('invalid-state', 'Cannot read session record: it is damaged')
  }
  return record
}

function readVersion1(fields: FieldReader): SessionRecord | undefined {
  const hasCurrent = fields.flag()
  const current = hasCurrent ? readSessionState(readSized(fields)) : undefined
  if (hasCurrent && current === undefined) return undefined
  const count = fields.byte()
  if (count > maxArchivedSessions) fields.failed = true
  const archived: Uint8Array[] = []
  for (let i = 0; i < count && !fields.failed; i++) archived.push(readSized(fields))
  return { current, archived }
}

function writeSized(writer: FieldWriter, bytes: Uint8Array): void {
  writer.uint32(bytes.length)
  writer.raw(bytes)
}

function readSized(fields: FieldReader): Uint8Array {
  return fields.bytes(fields.uint32())
}

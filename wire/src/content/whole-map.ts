/**
 * @module Byte strings that are one map, by a schema: what is sealed or signed. Nothing may stand behind the map, bytes
 * are written as MessagePack's own `bin`, and entries that the schema does not have are ignored.
 */
import type { FrameReader } from '#live/kinds.ts'
import { record, writeFields, type Fields, type ValuesOf } from '#live/schema.ts'
import { skipValue } from '#messagepack/scan.ts'
import { MessagePackWriter } from '#messagepack/write.ts'

/** Whether `whole` is exactly one value. */
export function isOneValue(whole: Uint8Array): boolean {
  return skipValue(whole, 0) === whole.length
}

/** Undefined when the bytes are no such map. Long byte strings may be views into them. */
export function readWholeMap<const F extends Fields>(
  fields: F,
  whole: Uint8Array,
): ValuesOf<F> | undefined {
  if (!isOneValue(whole)) return undefined
  const reader: FrameReader = { frame: whole, form: undefined, wrongSize: false }
  return record(fields).read(reader, 0)
}

/** Throws for values that the schema does not allow. `type` comes in at its place when it is given. */
export function writeWholeMap(
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
  type?: string,
): Uint8Array<ArrayBuffer> {
  const packer = new MessagePackWriter()
  writeFields({ packer, form: 'bin' }, fields, values, type)
  return packer.finish()
}

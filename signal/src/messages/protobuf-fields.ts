/**
 * @module Writing a message of few fields: its fields as values, in ascending order, into a buffer of their size.
 * `undefined` stands for a field that is absent.
 */
import { ProtobufWriter, varintBytes } from '@sotto/wire/protobuf'

export type Field =
  | { readonly kind: 'bytes'; readonly number: number; readonly value: Uint8Array }
  | { readonly kind: 'varint'; readonly number: number; readonly value: number }
  | { readonly kind: 'fixed64'; readonly number: number; readonly value: number }

export function bytesField(number: number, value: Uint8Array): Field {
  return { kind: 'bytes', number, value }
}

/** Unsigned. */
export function varintField(number: number, value: number): Field {
  return { kind: 'varint', number, value }
}

export function fixed64Field(number: number, value: number): Field {
  return { kind: 'fixed64', number, value }
}

/** The fields behind a version byte, if one is given. */
export function encodeFields(
  fields: readonly (Field | undefined)[],
  versionByte?: number,
): Uint8Array {
  let size = versionByte === undefined ? 0 : 1
  for (const field of fields) if (field !== undefined) size += fieldBytes(field)

  const writer = new ProtobufWriter(size)
  if (versionByte !== undefined) writer.byte(versionByte)
  for (const field of fields) if (field !== undefined) writeField(writer, field)
  return writer.bytes
}

const wireTypes = { varint: 0, fixed64: 1, bytes: 2 } as const

function fieldBytes(field: Field): number {
  const tagBytes = varintBytes(field.number << 3)
  switch (field.kind) {
    case 'bytes':
      return tagBytes + varintBytes(field.value.length) + field.value.length
    case 'varint':
      return tagBytes + varintBytes(field.value)
    case 'fixed64':
      return tagBytes + 8
  }
}

function writeField(writer: ProtobufWriter, field: Field): void {
  writer.varint((field.number << 3) | wireTypes[field.kind])
  switch (field.kind) {
    case 'bytes':
      writer.varint(field.value.length)
      return writer.raw(field.value)
    case 'varint':
      return writer.varint(field.value)
    case 'fixed64':
      return writer.raw(littleEndian64(field.value))
  }
}

function littleEndian64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, value % 2 ** 32, true)
  view.setUint32(4, Math.floor(value / 2 ** 32), true)
  return bytes
}

/**
 * @module What stands in a backup, once it is opened: entries one behind the other. Numbers are big-endian.
 *
 * | bytes | entry |
 * |---|---|
 * | 1 | its kind |
 * | | 1, the beginning: when the backup was begun (8, milliseconds since 1970) |
 * | | 2, a record: as below |
 * | | 3, a record that was written while the backup was made: as below, it counts instead of what came before |
 * | | 4, a record that went while the backup was made: as below, without a value |
 * | | 5, the end: how many entries were between it and the beginning (8); zeros follow |
 *
 * | bytes | of a record |
 * |---|---|
 * | 1 | length of the collection's name |
 * | 2 | length of the id |
 * | 4 | length of the value |
 * | | name, id, value |
 *
 * The beginning is first. An id is the record's own or, where `state/collections.ts` says so, the text of it.
 */
import { byteQueue, type ByteQueue } from '#backup/byte-queue.ts'
import { damaged } from '#backup/refusals.ts'

export type Entry =
  | { readonly kind: 'beginning'; readonly madeAtMillis: number }
  | {
      readonly kind: 'record' | 'changed'
      readonly collection: string
      readonly id: string
      readonly value: Uint8Array
    }
  | { readonly kind: 'gone'; readonly collection: string; readonly id: string }
  | { readonly kind: 'end'; readonly entries: number }

const codes = { beginning: 1, record: 2, changed: 3, gone: 4, end: 5 } as const

/** More no record has: the largest are sealed letters of 4 MiB. */
export const maxValueBytes: number = 16 * 1024 * 1024
const maxNameBytes = 255
const maxIdBytes = 1024

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export function writeEntry(entry: Entry): Uint8Array {
  switch (entry.kind) {
    case 'beginning':
      return writeNumber(codes.beginning, entry.madeAtMillis)
    case 'end':
      return writeNumber(codes.end, entry.entries)
    case 'record':
    case 'changed':
      return writeRecord(codes[entry.kind], entry.collection, entry.id, entry.value)
    case 'gone':
      return writeRecord(codes.gone, entry.collection, entry.id, new Uint8Array(0))
  }
}

function writeNumber(code: number, value: number): Uint8Array {
  const entry = new Uint8Array(9)
  entry[0] = code
  new DataView(entry.buffer).setBigUint64(1, BigInt(value))
  return entry
}

function writeRecord(code: number, collection: string, id: string, value: Uint8Array): Uint8Array {
  const name = encoder.encode(collection)
  const place = encoder.encode(id)
  if (name.length > maxNameBytes || place.length > maxIdBytes || value.length > maxValueBytes) {
    throw new RangeError('Cannot write a backup: a record is larger than one may be')
  }
  const entry = new Uint8Array(recordHeaderBytes + name.length + place.length + value.length)
  const view = new DataView(entry.buffer)
  entry[0] = code
  entry[1] = name.length
  view.setUint16(2, place.length)
  view.setUint32(4, value.length)
  entry.set(name, recordHeaderBytes)
  entry.set(place, recordHeaderBytes + name.length)
  entry.set(value, recordHeaderBytes + name.length + place.length)
  return entry
}

const recordHeaderBytes = 8
const numberBytes = 9

/** Throws 'backup-damaged' for whatever is not written as above, at the latest at its end. */
export async function* readEntries(plaintext: AsyncIterable<Uint8Array>): AsyncGenerator<Entry> {
  const queue = byteQueue()
  const pieces = plaintext[Symbol.asyncIterator]()
  const demand = async (count: number): Promise<Uint8Array> => {
    while (queue.length() < count) {
      const next = await pieces.next()
      if (next.done === true) throw damaged()
      queue.push(next.value)
    }
    return queue.take(count)
  }
  try {
    let entries = 0
    for (;;) {
      const entry = await readEntry(demand)
      const isFirst = entries === 0
      if (isFirst !== (entry.kind === 'beginning')) throw damaged()
      if (entry.kind === 'end') {
        if (entry.entries !== entries - 1) throw damaged()
        await demandZeros(queue, pieces)
        yield entry
        return
      }
      entries++
      yield entry
    }
  } finally {
    await pieces.return?.()
  }
}

async function readEntry(demand: (count: number) => Promise<Uint8Array>): Promise<Entry> {
  const [code = 0] = await demand(1)
  if (code === codes.beginning) {
    return { kind: 'beginning', madeAtMillis: readNumber(await demand(numberBytes - 1)) }
  }
  if (code === codes.end) {
    return { kind: 'end', entries: readNumber(await demand(numberBytes - 1)) }
  }
  if (code !== codes.record && code !== codes.changed && code !== codes.gone) throw damaged()
  const head = await demand(recordHeaderBytes - 1)
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const lengths = { name: view.getUint8(0), id: view.getUint16(1), value: view.getUint32(3) }
  if (lengths.id > maxIdBytes || lengths.value > maxValueBytes) throw damaged()
  const collection = readText(await demand(lengths.name))
  const id = readText(await demand(lengths.id))
  const value = await demand(lengths.value)
  if (code !== codes.gone) {
    return { kind: code === codes.record ? 'record' : 'changed', collection, id, value }
  }
  if (value.length > 0) throw damaged()
  return { kind: 'gone', collection, id }
}

function readNumber(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const value = Number(view.getBigUint64(0))
  if (!Number.isSafeInteger(value)) throw damaged()
  return value
}

function readText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw damaged()
  }
}

/** Up to the end: nothing hides behind it. */
async function demandZeros(queue: ByteQueue, pieces: AsyncIterator<Uint8Array>): Promise<void> {
  let piece: Uint8Array | undefined = queue.take(queue.length())
  while (piece !== undefined) {
    if (piece.some((byte) => byte !== 0)) throw damaged()
    const next = await pieces.next()
    piece = next.done === true ? undefined : next.value
  }
}

/**
 * @module The three ways in which bytes travel over the live door. Mobium writes arrays of small integers and also reads
 * hex; ours write MessagePack's own `bin`. Every reader takes all three, every writer is told which.
 */
import { readArrayHeader, skipValue, type Found } from '#messagepack/scan.ts'
import { findBin, findText, readInteger } from '#messagepack/read.ts'
import type { MessagePackWriter } from '#messagepack/write.ts'

/** `array`: integers from 0 to 255. `bin`: MessagePack's bytes. */
export type WrittenForm = 'array' | 'bin'

/** `hex`: a text of two digits a byte, in either case. It is read and never written. */
export type BytesForm = WrittenForm | 'hex'

export interface FoundBytes extends Found<Uint8Array> {
  readonly form: BytesForm
}

/** Shorter values are copied, so that an id which somebody keeps does not keep its whole frame. */
const copiedBytes = 1024

/** In which form the value at `at` holds bytes, if it does. */
export function formAt(frame: Uint8Array, at: number): BytesForm | undefined {
  if (readArrayHeader(frame, at) !== undefined) return 'array'
  if (findBin(frame, at) !== undefined) return 'bin'
  return findText(frame, at) === undefined ? undefined : 'hex'
}

/** Bytes in any form; long ones may be a view into the frame. Undefined when something else stands there. */
export function readBytes(frame: Uint8Array, at: number): FoundBytes | undefined {
  return readBinForm(frame, at) ?? readArrayForm(frame, at) ?? readHexForm(frame, at)
}

function readBinForm(frame: Uint8Array, at: number): FoundBytes | undefined {
  const bin = findBin(frame, at)
  if (bin === undefined) return undefined
  // Not `subarray` of the frame itself: a Buffer would hand on its own kind.
  const view = new Uint8Array(frame.buffer, frame.byteOffset + bin.value, bin.end - bin.value)
  return { value: view.length <= copiedBytes ? view.slice() : view, end: bin.end, form: 'bin' }
}

/** By first byte, how many hold an element from 0 to 255 in its shortest form; 0 for every other element. */
const byteWidths = Uint8Array.from({ length: 256 }, (_, first) => {
  if (first === 0xcc) return 2
  return first <= 0x7f ? 1 : 0
})

function readArrayForm(frame: Uint8Array, at: number): FoundBytes | undefined {
  const header = readArrayHeader(frame, at)
  if (header === undefined || header.value > frame.length - header.end) return undefined
  const value = new Uint8Array(header.value)
  let place = header.end
  for (let i = 0; i < value.length; i++) {
    const width = byteWidths[frame[place] ?? 0xc1] as number // a byte is below 256
    const byte = frame[place + width - 1]
    if (width > 0 && byte !== undefined) {
      value[i] = byte
      place += width
      continue
    }
    // A float is no byte, whatever its value.
    const isFloat = frame[place] === 0xca || frame[place] === 0xcb
    const element = isFloat ? undefined : readInteger(frame, place)
    if (element === undefined || element.value < 0 || element.value > 0xff) return undefined
    value[i] = element.value
    place = element.end
  }
  return { value, end: place, form: 'array' }
}

function readHexForm(frame: Uint8Array, at: number): FoundBytes | undefined {
  const text = findText(frame, at)
  if (text === undefined) return undefined
  const digits = text.end - text.value
  if (digits % 2 !== 0) return undefined
  const value = new Uint8Array(digits / 2)
  for (let i = 0; i < value.length; i++) {
    const high = hexValue(frame[text.value + 2 * i])
    const low = hexValue(frame[text.value + 2 * i + 1])
    if (high < 0 || low < 0) return undefined
    value[i] = (high << 4) | low
  }
  return { value, end: text.end, form: 'hex' }
}

function hexValue(code: number | undefined): number {
  if (code === undefined) return -1
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  if (code >= 0x41 && code <= 0x46) return code - 0x37
  return -1
}

export function writeBytes(writer: MessagePackWriter, value: Uint8Array, form: WrittenForm): void {
  if (form === 'bin') writer.bin(value)
  else writer.intArray(value)
}

/** One whole MessagePack value that nobody has looked into, as a view. */
export function readRaw(frame: Uint8Array, at: number): Found<Uint8Array> | undefined {
  const end = skipValue(frame, at)
  if (end === undefined) return undefined
  return { value: new Uint8Array(frame.buffer, frame.byteOffset + at, end - at), end }
}

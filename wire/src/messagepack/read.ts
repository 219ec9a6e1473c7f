/**
 * @module Reads single values out of raw MessagePack. Each function looks at one place and answers undefined when
 * another kind of value stands there, when it is not whole, or when it has no equal in JavaScript.
 */
import { readLength, unsignedAt, type Found } from '#messagepack/scan.ts'

/** What TextDecoder is in every runtime; this package compiles without their libraries. */
declare const TextDecoder: new (
  label: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Longer texts are decoded by the runtime, shorter ones here if they are ASCII. */
const shortTextBytes = 48

const nilByte = 0xc0

export function isNil(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === nilByte
}

export function readFlag(bytes: Uint8Array, at: number): Found<boolean> | undefined {
  const first = bytes[at]
  if (first !== 0xc2 && first !== 0xc3) return undefined
  return { value: first === 0xc3, end: at + 1 }
}

/** Where the bytes of a text lie, whatever they say: `value` is where they begin. */
export function findText(bytes: Uint8Array, at: number): Found<number> | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first >= 0xa0 && first <= 0xbf) {
    const end = at + 1 + (first & 0x1f)
    return end > bytes.length ? undefined : { value: at + 1, end }
  }
  return first >= 0xd9 && first <= 0xdb ? findSized(bytes, at, 1 << (first - 0xd9)) : undefined
}

/** Where the bytes of a bin lie: `value` is where they begin. */
export function findBin(bytes: Uint8Array, at: number): Found<number> | undefined {
  const first = bytes[at]
  if (first === undefined || first < 0xc4 || first > 0xc6) return undefined
  return findSized(bytes, at, 1 << (first - 0xc4))
}

function findSized(bytes: Uint8Array, at: number, width: number): Found<number> | undefined {
  const length = readLength(bytes, at + 1, width)
  return length && { value: length.end, end: length.end + length.value }
}

/** A text that is UTF-8. */
export function readText(bytes: Uint8Array, at: number): Found<string> | undefined {
  const found = findText(bytes, at)
  if (found === undefined) return undefined
  const value = decodeText(bytes, found.value, found.end)
  return value === undefined ? undefined : { value, end: found.end }
}

function decodeText(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= shortTextBytes) {
    let text = ''
    let at = start
    for (; at < end; at++) {
      const code = bytes[at] as number // `found` lies within the bytes
      if (code > 0x7f) break
      text += String.fromCharCode(code)
    }
    if (at === end) return text
  }
  try {
    return utf8.decode(bytes.subarray(start, end))
  } catch {
    return undefined
  }
}

/** An integer from 0 on that a number can hold, in any of the spec's formats for unsigned ones. */
export function readUint(bytes: Uint8Array, at: number): Found<number> | undefined {
  const integer = readInteger(bytes, at)
  return integer !== undefined && integer.value >= 0 ? integer : undefined
}

/** An integer that a number can hold, also one that was written as a float: JavaScript writes those for large ones. */
export function readInteger(bytes: Uint8Array, at: number): Found<number> | undefined {
  const first = bytes[at]
  if (first === undefined) return undefined
  if (first <= 0x7f) return { value: first, end: at + 1 }
  if (first >= 0xe0) return { value: first - 0x100, end: at + 1 }
  const size = numberBytes[first]
  if (size === undefined || at + 1 + size > bytes.length) return undefined
  const value = numberAt(bytes, at, first)
  return Number.isSafeInteger(value)
    ? { value: value === 0 ? 0 : value, end: at + 1 + size }
    : undefined
}

/** How many bytes follow the first one of a number. */
const numberBytes: Readonly<Record<number, number>> = {
  0xca: 4,
  0xcb: 8,
  0xcc: 1,
  0xcd: 2,
  0xce: 4,
  0xcf: 8,
  0xd0: 1,
  0xd1: 2,
  0xd2: 4,
  0xd3: 8,
}

function numberAt(bytes: Uint8Array, at: number, first: number): number {
  if (first >= 0xcc && first <= 0xce) return shortIntegerAt(bytes, at + 1, 1 << (first - 0xcc))
  if (first >= 0xd0 && first <= 0xd2) {
    const width = 1 << (first - 0xd0)
    const unsigned = shortIntegerAt(bytes, at + 1, width)
    const range = 2 ** (8 * width)
    return unsigned < range / 2 ? unsigned : unsigned - range
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (first === 0xca) return view.getFloat32(at + 1)
  if (first === 0xcb) return view.getFloat64(at + 1)
  return Number(first === 0xcf ? view.getBigUint64(at + 1) : view.getBigInt64(at + 1))
}

function shortIntegerAt(bytes: Uint8Array, at: number, width: number): number {
  return unsignedAt(bytes, at, width) ?? Number.NaN
}

/**
 * @module GIF (GIF89a specification): a screen, then pictures and extensions, each of which ends with an empty block. What
 * draws the picture stays, and of what applications add only how often it is repeated. Comments, everything else of
 * applications, texts that nobody draws any more, and whatever stands behind the trailer go.
 */
import {
  areSides,
  hasText,
  joined,
  maxParts,
  type Picture,
  viewOf,
} from '#attachments/pictures/picture.ts'

const screenEnd = 13
const descriptorBytes = 10

const extension = 0x21
const image = 0x2c
const trailer = 0x3b

const graphicControl = 0xf9
const application = 0xff
const plainText = 0x01

export function stripGif(bytes: Uint8Array): Picture | undefined {
  if (!hasText(bytes, 0, 'GIF87a') && !hasText(bytes, 0, 'GIF89a')) return undefined
  if (bytes.length < screenEnd) return undefined
  const view = viewOf(bytes)
  const sides = { width: view.getUint16(6, true), height: view.getUint16(8, true) }
  if (!areSides(sides)) return undefined
  let at = screenEnd + colourTableBytes(bytes[10])
  const kept: Uint8Array[] = [bytes.subarray(0, at)]
  let hasImage = false
  let isRepeated = false
  /** It is about what comes next, if that stays. */
  let control: Uint8Array | undefined
  while (bytes[at] !== trailer) {
    const isImage = bytes[at] === image
    if (!isImage && bytes[at] !== extension) return undefined
    const dataAt = isImage ? dataOfImage(bytes, at) : at + 2
    const end = endOfBlocks(bytes, dataAt)
    if (end === undefined || kept.length > maxParts) return undefined
    const label = bytes[at + 1]
    if (isImage) {
      if (control !== undefined) kept.push(control)
      control = undefined
      kept.push(bytes.subarray(at, end))
      hasImage = true
    } else if (label === graphicControl) {
      if (end - at !== 8) return undefined
      control = bytes.subarray(at, end)
    } else if (label === plainText) {
      control = undefined
    } else if (label === application && !isRepeated && hasText(bytes, at + 2, '\x0bNETSCAPE2.0')) {
      const times = repetitionsIn(bytes, at + 14)
      if (times !== undefined) kept.push(repetitionOf(times))
      isRepeated = times !== undefined
    }
    at = end
  }
  if (!hasImage) return undefined
  return { mediaType: 'image/gif', bytes: joined([...kept, Uint8Array.of(trailer)]), ...sides }
}

/** Behind the picture's place, its own colours, and how long its codes are at first. */
function dataOfImage(bytes: Uint8Array, at: number): number {
  return at + descriptorBytes + colourTableBytes(bytes[at + 9]) + 1
}

function colourTableBytes(flags = 0): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 0x07) + 1)
}

/** Behind the empty block. Undefined when there is none. */
function endOfBlocks(bytes: Uint8Array, from: number): number | undefined {
  let at = from
  for (;;) {
    const length = bytes[at]
    if (length === undefined) return undefined
    at += 1 + length
    if (length === 0) return at
  }
}

/** A block of three bytes that begins with 1. */
function repetitionsIn(bytes: Uint8Array, at: number): readonly [number, number] | undefined {
  const [length, kind, low = 0, high = 0] = bytes.subarray(at, at + 4)
  return length === 3 && kind === 1 ? [low, high] : undefined
}

function repetitionOf([low, high]: readonly [number, number]): Uint8Array {
  const name = new TextEncoder().encode('NETSCAPE2.0')
  return joined([
    Uint8Array.of(extension, application, name.length),
    name,
    Uint8Array.of(3, 1, low, high, 0),
  ])
}

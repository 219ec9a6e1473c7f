/**
 * @module JPEG (ITU-T T.81, annex B): segments of `FF`, a marker, and mostly a length, until the end of the image. What
 * says how to decode the picture stays, and of the segments for applications those that say how its colours are meant.
 *
 * | segment | what becomes of it |
 * |---|---|
 * | APP0 `JFIF` | stays, without its thumbnail, which may show what was cut off |
 * | APP1 `Exif` | only the orientation stays, in a segment that has nothing else |
 * | APP2 `ICC_PROFILE` | stays |
 * | APP14 `Adobe` | stays: it says what the components are |
 * | other APPn, comments, what T.81 reserves | go |
 * | whatever stands behind the end | goes: more pictures, films, and what was not erased |
 */
import { orientationIn, tiffOf, turned, upright } from '#attachments/pictures/orientation.ts'
import {
  areSides,
  hasText,
  joined,
  maxParts,
  type Picture,
  type Sides,
  viewOf,
} from '#attachments/pictures/picture.ts'

const startOfImage = 0xd8
const endOfImage = 0xd9
const startOfScan = 0xda
/** Huffman tables, arithmetic conditioning, quantisation tables, number of lines, restart interval. */
const tables: ReadonlySet<number> = new Set([0xc4, 0xcc, 0xdb, 0xdc, 0xdd])
const app0 = 0xe0
const app1 = 0xe1
const app2 = 0xe2
const app14 = 0xee
/** Parts of a hierarchical picture, which nobody shows. */
const hierarchical: ReadonlySet<number> = new Set([0xde, 0xdf])

interface Segment {
  readonly marker: number
  /** With its marker and length. */
  readonly whole: Uint8Array
  /** Where the next thing stands. */
  readonly end: number
}

const headBytes = 4

export function stripJpeg(bytes: Uint8Array): Picture | undefined {
  if (bytes[0] !== 0xff || bytes[1] !== startOfImage) return undefined
  let at = 2
  let jfif: Uint8Array | undefined
  let orientation = upright
  let sides: Sides | undefined
  let hasScan = false
  const kept: Uint8Array[] = []
  for (;;) {
    const markerAt = markerFrom(bytes, at)
    if (markerAt === undefined || kept.length > maxParts) return undefined
    if (bytes[markerAt] === endOfImage) break
    const segment = segmentAt(bytes, markerAt)
    if (segment === undefined || hierarchical.has(segment.marker)) return undefined
    const { marker, whole } = segment
    at = segment.end
    if (isFrame(marker)) {
      if (sides !== undefined) return undefined
      sides = sidesIn(whole)
      if (sides === undefined) return undefined
      kept.push(whole)
    } else if (marker === startOfScan) {
      if (sides === undefined) return undefined
      const end = endOfEntropyCoded(bytes, at)
      if (end === undefined) return undefined
      kept.push(whole, bytes.subarray(at, end))
      at = end
      hasScan = true
    } else if (marker === app0 && hasText(whole, headBytes, 'JFIF\0')) {
      jfif ??= jfifOf(whole)
    } else if (marker === app1 && hasText(whole, headBytes, 'Exif\0\0')) {
      if (orientation === upright) orientation = orientationIn(whole.subarray(headBytes + 6))
    } else if (tables.has(marker) || isAboutColours(marker, whole)) {
      kept.push(whole)
    }
  }
  if (sides === undefined || !hasScan) return undefined
  const stripped = joined([
    Uint8Array.of(0xff, startOfImage),
    ...(jfif === undefined ? [] : [jfif]),
    ...(orientation === upright ? [] : [exifOf(tiffOf(orientation))]),
    ...kept,
    Uint8Array.of(0xff, endOfImage),
  ])
  return { mediaType: 'image/jpeg', bytes: stripped, ...turned(sides, orientation) }
}

/** Where the marker behind `FF` stands, of which there may be several. */
function markerFrom(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== 0xff) return undefined
  let next = at + 1
  while (bytes[next] === 0xff) next += 1
  return next < bytes.length ? next : undefined
}

/** Undefined for a marker that has no length and does not belong here. */
function segmentAt(bytes: Uint8Array, at: number): Segment | undefined {
  const marker = bytes[at]
  if (marker === undefined || marker < 0x02 || (marker >= 0xd0 && marker <= startOfImage)) {
    return undefined
  }
  if (at + 3 > bytes.length) return undefined
  const length = viewOf(bytes).getUint16(at + 1)
  const end = at + 1 + length
  if (length < 2 || end > bytes.length) return undefined
  return { marker, whole: bytes.subarray(at - 1, end), end }
}

/** SOF0 to SOF15, between which other markers stand. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

/** B.2.2: precision (1), lines (2), samples a line (2), number of components (1), three bytes for each. */
function sidesIn(frame: Uint8Array): Sides | undefined {
  const components = frame[9]
  if (components === undefined || frame.length !== 10 + 3 * components) return undefined
  const view = viewOf(frame)
  const sides = { height: view.getUint16(5), width: view.getUint16(7) }
  return areSides(sides) ? sides : undefined
}

/** Where the next marker begins: `FF` with neither zero behind it nor the number of a restart. */
function endOfEntropyCoded(bytes: Uint8Array, from: number): number | undefined {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]
    if (next === undefined) return undefined
    const goesOn = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7)
    if (!goesOn) return at
  }
  return undefined
}

function isAboutColours(marker: number, whole: Uint8Array): boolean {
  return (
    (marker === app2 && hasText(whole, headBytes, 'ICC_PROFILE\0')) ||
    // Its size is fixed: nothing else travels with it.
    (marker === app14 && hasText(whole, headBytes, 'Adobe') && whole.length === 16)
  )
}

/** Version, units and densities stay; the size of the thumbnail becomes nothing by nothing. */
function jfifOf(whole: Uint8Array): Uint8Array | undefined {
  const bytes = 18
  if (whole.length < bytes) return undefined
  const jfif = whole.slice(0, bytes)
  jfif.set([0xff, app0, 0, bytes - 2])
  jfif.set([0, 0], bytes - 2)
  return jfif
}

function exifOf(tiff: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode('Exif\0\0')
  return joined([Uint8Array.of(0xff, app1, 0, 2 + name.length + tiff.length), name, tiff])
}

/**
 * @module Which way up a picture is: the one thing in Exif (CIPA DC-008) that has to stay, as cameras write pictures as
 * the sensor lies and say here how to turn them. It is one entry of a TIFF:
 *
 * | bytes | what |
 * |---|---|
 * | 8 | `MM` or `II` for the order of bytes, 42, and where the directory begins |
 * | 2 | how many entries it has |
 * | 12 each | tag, type, count, value; orientation is tag 0x0112, type 3, count 1, and 1 to 8 in the first half of the value |
 * | 4 | where the next directory begins, 0 for nowhere |
 */
import { type Sides, viewOf } from '#attachments/pictures/picture.ts'

/** 1 is upright. From 5 on the picture lies on its side. */
export type Orientation = number

export const upright: Orientation = 1

const headerBytes = 8
const entryBytes = 12
const orientationTag = 0x0112
const shortType = 3

/** `upright` for whatever says nothing else. */
export function orientationIn(tiff: Uint8Array): Orientation {
  if (tiff.length < headerBytes) return upright
  const view = viewOf(tiff)
  const order = view.getUint16(0)
  if (order !== 0x4949 && order !== 0x4d4d) return upright
  const isLittle = order === 0x4949
  const directory = view.getUint32(4, isLittle)
  if (view.getUint16(2, isLittle) !== 42 || directory + 2 > tiff.length) return upright
  const entries = view.getUint16(directory, isLittle)
  for (let i = 0; i < entries; i++) {
    const at = directory + 2 + i * entryBytes
    if (at + entryBytes > tiff.length) return upright
    if (view.getUint16(at, isLittle) !== orientationTag) continue
    const isShort =
      view.getUint16(at + 2, isLittle) === shortType && view.getUint32(at + 4, isLittle) === 1
    const value = view.getUint16(at + 8, isLittle)
    return isShort && value >= 1 && value <= 8 ? value : upright
  }
  return upright
}

/** A TIFF that says this and nothing else. */
export function tiffOf(orientation: Orientation): Uint8Array {
  const tiff = new Uint8Array(headerBytes + 2 + entryBytes + 4)
  const view = viewOf(tiff)
  view.setUint16(0, 0x4d4d)
  view.setUint16(2, 42)
  view.setUint32(4, headerBytes)
  view.setUint16(8, 1)
  view.setUint16(10, orientationTag)
  view.setUint16(12, shortType)
  view.setUint32(14, 1)
  view.setUint16(18, orientation)
  return tiff
}

export function turned({ width, height }: Sides, orientation: Orientation): Sides {
  return orientation >= 5 ? { width: height, height: width } : { width, height }
}

/**
 * @module Takes out of a picture what it says beside what it shows: where, when and with what it was taken, by whom, and
 * what it showed before it was cut. What kind of picture it is, its bytes say, and not its name.
 */
import { stripGif } from '#attachments/pictures/gif.ts'
import { stripJpeg } from '#attachments/pictures/jpeg.ts'
import {
  hasText,
  type Picture,
  type PictureType,
  type Strip,
} from '#attachments/pictures/picture.ts'
import { pngSignature, stripPng } from '#attachments/pictures/png.ts'
import { stripWebp } from '#attachments/pictures/webp.ts'

/** All of it is in memory meanwhile, twice. */
export const maxPictureBytes: number = 32 * 1024 * 1024

/** As much of a file as `pictureType` wants to see. */
export const signatureBytes = 12

const strips: Readonly<Record<PictureType, Strip>> = {
  'image/jpeg': stripJpeg,
  'image/png': stripPng,
  'image/webp': stripWebp,
  'image/gif': stripGif,
}

/** Of the kinds that can be stripped, by how a file begins. */
export function pictureType(start: Uint8Array): PictureType | undefined {
  if (hasText(start, 0, '\xff\xd8\xff')) return 'image/jpeg'
  if (pngSignature.every((byte, at) => start[at] === byte)) return 'image/png'
  if (hasText(start, 0, 'RIFF') && hasText(start, 8, 'WEBP')) return 'image/webp'
  return hasText(start, 0, 'GIF8') ? 'image/gif' : undefined
}

/** Undefined when it is of no kind that is known, too large, or cannot be read to its end. */
export function stripPicture(bytes: Uint8Array): Picture | undefined {
  const type = pictureType(bytes)
  return type === undefined || bytes.length > maxPictureBytes ? undefined : strips[type](bytes)
}

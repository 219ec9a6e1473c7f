/**
 * @module What has to happen to a file before it goes: a picture says nothing but what it shows, a name is no path, and
 * what is shown of it meanwhile is small.
 */
import { maxImageSide, maxMediaTypeCharacters, maxThumbnailBytes } from '@sotto/wire/content'
import { orAborted } from '#attachments/ahead.ts'
import { fileName } from '#attachments/file-name.ts'
import type { Picture } from '#attachments/pictures/picture.ts'
import {
  maxPictureBytes,
  pictureType,
  signatureBytes,
  stripPicture,
} from '#attachments/pictures/strip.ts'
import { type AttachmentSource, bytesSource, readExactly } from '#attachments/source.ts'
import { SottoError } from '#errors.ts'

/** A file, and what is told of it. */
export interface FileToSend {
  readonly source: AttachmentSource
  /** Of a path the last part goes out. */
  readonly name?: string | undefined
  readonly mediaType: string
  /** In pixels, of what is no picture whose header is read: films. */
  readonly width?: number | undefined
  readonly height?: number | undefined
  /** A small picture of it, of at most 16 KiB. */
  readonly thumbnail?: Uint8Array | undefined
}

/** A small picture of a picture, made by whoever has a decoder; undefined when it cannot. At most 16 KiB. */
export type MakeThumbnail = (
  bytes: Uint8Array,
  mediaType: string,
) => Promise<Uint8Array | undefined>

export interface PreparedFile {
  readonly source: AttachmentSource
  readonly isStripped: boolean
  readonly name?: string | undefined
  readonly mediaType: string
  readonly width?: number | undefined
  readonly height?: number | undefined
  readonly thumbnail?: Uint8Array | undefined
}

const anyType = 'application/octet-stream'

/** Throws 'picture-unreadable' for a picture that cannot be stripped though it should be. */
export async function prepareFile(
  file: FileToSend,
  options: {
    readonly stripMetadata: boolean
    readonly makeThumbnail?: MakeThumbnail | undefined
    readonly signal: AbortSignal
  },
): Promise<PreparedFile> {
  const { stripMetadata, makeThumbnail, signal } = options
  const mediaType = mediaTypeOf(file.mediaType)
  const name = file.name === undefined ? undefined : fileName(file.name)
  const thumbnail = smallPicture(file.thumbnail)
  const picture = stripMetadata ? await strippedOf(file.source, mediaType, signal) : undefined
  if (picture === undefined) {
    const { source, width, height } = file
    const sides = areWhole(width, height) ? { width, height } : {}
    return { source, isStripped: false, name, mediaType, ...sides, thumbnail }
  }
  const { bytes, width, height } = picture
  const made =
    thumbnail === undefined && makeThumbnail !== undefined
      ? await orAborted(makeThumbnail(bytes, picture.mediaType), signal)
      : undefined
  return {
    source: bytesSource(bytes),
    isStripped: true,
    name,
    mediaType: picture.mediaType,
    width,
    height,
    thumbnail: thumbnail ?? smallPicture(made),
  }
}

/** The same bytes as before, of the same picture. */
export async function strippedSource(
  source: AttachmentSource,
  signal: AbortSignal,
): Promise<AttachmentSource> {
  const picture = await strippedOf(source, 'image/*', signal)
  return picture === undefined ? source : bytesSource(picture.bytes)
}

/** Undefined for what is no picture, neither by what it says nor by how it begins. */
async function strippedOf(
  source: AttachmentSource,
  mediaType: string,
  signal: AbortSignal,
): Promise<Picture | undefined> {
  const start = readExactly(source, 0, Math.min(signatureBytes, source.size))
  const isPicture = pictureType(await orAborted(start, signal)) !== undefined
  if (!isPicture && !mediaType.startsWith('image/')) return undefined
  if (!isPicture) throw unreadable('its kind is none of JPEG, PNG, WebP and GIF')
  if (source.size > maxPictureBytes) {
    throw unreadable(`it has ${source.size} bytes of at most ${maxPictureBytes}`)
  }
  const bytes = await orAborted(readExactly(source, 0, source.size), signal)
  const picture = stripPicture(bytes)
  if (picture === undefined) throw unreadable('it is broken')
  return picture
}

function unreadable(why: string): SottoError {
  return new SottoError(
    'picture-unreadable',
    `Cannot take out of the picture what it says beside what it shows: ${why}`,
  )
}

/** Without parameters, which may say more than the kind. */
function mediaTypeOf(text: string): string {
  const type = text.replace(/;.*$/s, '').trim().toLowerCase()
  const isType = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/.test(type)
  return isType && type.length <= maxMediaTypeCharacters ? type : anyType
}

/** A thumbnail says as little as the picture does. Whatever is none, or too large, is left out. */
function smallPicture(bytes: Uint8Array | undefined): Uint8Array | undefined {
  const stripped = bytes === undefined ? undefined : stripPicture(bytes)?.bytes
  return stripped !== undefined && stripped.length <= maxThumbnailBytes ? stripped : undefined
}

function areWhole(...sides: readonly (number | undefined)[]): boolean {
  return sides.every(
    (side) => side !== undefined && Number.isInteger(side) && side >= 1 && side <= maxImageSide,
  )
}

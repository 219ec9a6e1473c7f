/**
 * @module Pictures for tests, put together from parts. They have the form of pictures; what they show is noise.
 */
import fc from 'fast-check'
import { joined, viewOf } from '#attachments/pictures/picture.ts'
import { chunkOf, pngSignature } from '#attachments/pictures/png.ts'

export const secret = 'SECRET: 48.2N 16.3E'
export const secretBytes: Uint8Array = ascii(secret)

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

export function holds(bytes: Uint8Array, text: string): boolean {
  return new TextDecoder('latin1').decode(bytes).includes(text)
}

/** A camera's: model, orientation, software, and a secret behind them. */
export function tiff(orientation: number | undefined, isLittle = false): Uint8Array {
  const tags = orientation === undefined ? [0x0110, 0x0131] : [0x0110, 0x0112, 0x0131]
  const secretAt = 8 + 2 + 12 * tags.length + 4
  const bytes = new Uint8Array(secretAt + secret.length)
  const view = viewOf(bytes)
  view.setUint16(0, isLittle ? 0x4949 : 0x4d4d)
  view.setUint16(2, 42, isLittle)
  view.setUint32(4, 8, isLittle)
  view.setUint16(8, tags.length, isLittle)
  for (const [i, tag] of tags.entries()) {
    const at = 10 + 12 * i
    const isOrientation = tag === 0x0112
    view.setUint16(at, tag, isLittle)
    view.setUint16(at + 2, isOrientation ? 3 : 2, isLittle)
    view.setUint32(at + 4, isOrientation ? 1 : secret.length, isLittle)
    if (isOrientation) view.setUint16(at + 8, orientation ?? 1, isLittle)
    else view.setUint32(at + 8, secretAt, isLittle)
  }
  bytes.set(secretBytes, secretAt)
  return bytes
}

// ---------------------------------------------------------------------------------------------------- JPEG

export function segment(marker: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const data = joined(parts)
  const length = data.length + 2
  return joined([Uint8Array.of(0xff, marker, length >> 8, length & 0xff), data])
}

export const exifSegment = (orientation: number | undefined, isLittle = false): Uint8Array =>
  segment(0xe1, ascii('Exif\0\0'), tiff(orientation, isLittle))

export const jfifSegment: Uint8Array = segment(
  0xe0,
  ascii('JFIF\0'),
  Uint8Array.of(1, 2, 1, 0, 72, 0, 72, 2, 3),
  ascii(secret.slice(0, 18)),
)
export const frameSegment: Uint8Array = segment(0xc0, Uint8Array.of(8, 0, 48, 0, 64, 1, 1, 0x11, 0))
export const tableSegment: Uint8Array = segment(0xdb, new Uint8Array(65))
/** With a stuffed byte, a restart, and bytes that only fill. */
export const scan: Uint8Array = joined([
  segment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)),
  Uint8Array.of(1, 2, 0xff, 0, 3, 0xff, 0xd0, 4, 0xff, 0xff, 0, 5),
])
export const startOfImage: Uint8Array = Uint8Array.of(0xff, 0xd8)
export const endOfImage: Uint8Array = Uint8Array.of(0xff, 0xd9)

export function jpegOf(...segments: readonly Uint8Array[]): Uint8Array {
  return joined([startOfImage, ...segments, frameSegment, tableSegment, scan, endOfImage])
}

// ---------------------------------------------------------------------------------------------------- PNG

export const headerChunk: Uint8Array = chunkOf(
  'IHDR',
  Uint8Array.of(0, 0, 0, 64, 0, 0, 0, 48, 8, 2, 0, 0, 0),
)
export const dataChunk: Uint8Array = chunkOf('IDAT', Uint8Array.of(1, 2, 3, 4))
export const endChunk: Uint8Array = chunkOf('IEND', new Uint8Array())

export function pngOf(...chunks: readonly Uint8Array[]): Uint8Array {
  return joined([pngSignature, headerChunk, ...chunks, dataChunk, endChunk])
}

// ---------------------------------------------------------------------------------------------------- WebP

export interface WebpChunk {
  readonly name: string
  readonly data: Uint8Array
}

export const extended = (flags: number): WebpChunk => ({
  name: 'VP8X',
  data: Uint8Array.of(flags, 0, 0, 0, 63, 0, 0, 47, 0, 0),
})
/** 64 by 48. */
export const lossy: WebpChunk = {
  name: 'VP8 ',
  data: Uint8Array.of(0, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0, 7),
}
/** 64 by 48. */
export const lossless: WebpChunk = {
  name: 'VP8L',
  data: Uint8Array.of(0x2f, 0x3f, 0xc0, 0x0b, 0, 9),
}

export function chunkBytesOf({ name, data }: WebpChunk): Uint8Array {
  const bytes = new Uint8Array(8 + data.length + (data.length % 2))
  bytes.set(ascii(name))
  viewOf(bytes).setUint32(4, data.length, true)
  bytes.set(data, 8)
  return bytes
}

export function webpOf(...chunks: readonly WebpChunk[]): Uint8Array {
  const body = joined([ascii('WEBP'), ...chunks.map(chunkBytesOf)])
  const header = joined([ascii('RIFF'), new Uint8Array(4)])
  viewOf(header).setUint32(4, body.length, true)
  return joined([header, body])
}

export function animationFrame(...chunks: readonly WebpChunk[]): WebpChunk {
  return { name: 'ANMF', data: joined([new Uint8Array(16).fill(3), ...chunks.map(chunkBytesOf)]) }
}

// ---------------------------------------------------------------------------------------------------- GIF

export const gifScreen: Uint8Array = joined([
  ascii('GIF89a'),
  Uint8Array.of(64, 0, 48, 0, 0x80, 0, 0),
  Uint8Array.of(0, 0, 0, 255, 255, 255),
])
export const gifControl: Uint8Array = Uint8Array.of(0x21, 0xf9, 4, 0, 10, 0, 0, 0)
export const gifImage: Uint8Array = joined([
  Uint8Array.of(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0x80),
  Uint8Array.of(9, 9, 9, 7, 7, 7),
  Uint8Array.of(2, 2, 0x4c, 0x01, 0),
])
export const gifTrailer: Uint8Array = Uint8Array.of(0x3b)

export function gifBlocks(...blocks: readonly Uint8Array[]): Uint8Array {
  const framed = blocks.flatMap((block) => [Uint8Array.of(block.length), block])
  return joined([...framed, Uint8Array.of(0)])
}

export const gifExtension = (label: number, ...blocks: readonly Uint8Array[]): Uint8Array =>
  joined([Uint8Array.of(0x21, label), gifBlocks(...blocks)])

export const repetition: Uint8Array = gifExtension(
  0xff,
  ascii('NETSCAPE2.0'),
  Uint8Array.of(1, 5, 0),
)

export function gifOf(...parts: readonly Uint8Array[]): Uint8Array {
  return joined([gifScreen, ...parts, gifTrailer])
}

// ---------------------------------------------------------------------------------------------------- damage

/** Copies with some bytes changed, cut out, or put in. */
export function spoilt(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edit = fc.tuple(fc.nat(bytes.length), fc.nat(2), fc.nat(255), fc.nat(20))
  return fc.array(edit, { minLength: 1, maxLength: 5 }).map((edits) => {
    const copy = [...bytes]
    for (const [at, kind, value, length] of edits) {
      if (kind === 0) copy[Math.min(at, copy.length)] = value
      else if (kind === 1) copy.splice(at, 1 + length)
      else copy.splice(at, 0, ...copy.slice(at, at + length), value)
    }
    return Uint8Array.from(copy)
  })
}

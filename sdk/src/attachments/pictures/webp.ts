/**
 * @module WebP (RFC 9649): a RIFF file of chunks, each a name (4), a length (4, little-endian), data, and a byte more if
 * that is odd. What draws the picture stays, still or moving, and its colour profile; Exif but for the orientation, XMP,
 * and whatever nobody here knows go, inside the frames of an animation too.
 *
 * | chunk | what becomes of it |
 * |---|---|
 * | VP8X | stays, its flags saying what is still there |
 * | ICCP, ANIM, ALPH, VP8, VP8L | the first of each stays |
 * | ANMF | stays, without chunks that are no part of a frame |
 * | EXIF | only the orientation stays |
 */
import { orientationIn, tiffOf, upright } from '#attachments/pictures/orientation.ts'
import {
  areSides,
  hasText,
  joined,
  maxParts,
  type Picture,
  type Sides,
  viewOf,
} from '#attachments/pictures/picture.ts'

interface Chunk {
  readonly name: string
  readonly data: Uint8Array
}

const riffHeaderBytes = 12
const chunkHeaderBytes = 8
const extendedBytes = 10
const frameHeaderBytes = 16

/** §2.7.1: colour profile, alpha, animation; Exif. */
const keptFlags = 0x32
const exifFlag = 0x08

const once: ReadonlySet<string> = new Set(['ICCP', 'ANIM', 'ALPH', 'VP8 ', 'VP8L'])

export function stripWebp(bytes: Uint8Array): Picture | undefined {
  if (bytes.length < riffHeaderBytes) return undefined
  if (!hasText(bytes, 0, 'RIFF') || !hasText(bytes, 8, 'WEBP')) return undefined
  const end = chunkHeaderBytes + viewOf(bytes).getUint32(4, true)
  if (end > bytes.length) return undefined
  const chunks = chunksIn(bytes.subarray(riffHeaderBytes, end))
  const [first] = chunks ?? []
  if (chunks === undefined || first === undefined) return undefined
  const isExtended = first.name === 'VP8X'
  const sides = sidesIn(first)
  if (sides === undefined) return undefined
  const orientation = isExtended ? orientationOf(chunks) : upright
  const kept = keptOf(isExtended ? chunks.slice(1) : chunks)
  if (kept === undefined) return undefined
  const whole = [
    ...(isExtended ? [extendedOf(first.data, orientation !== upright)] : []),
    ...kept,
    ...(orientation === upright ? [] : [{ name: 'EXIF', data: tiffOf(orientation) }]),
  ]
  // Browsers do not turn it, whatever its Exif says.
  return { mediaType: 'image/webp', bytes: riffOf(whole), ...sides }
}

/** Undefined when they do not fill it up. */
function chunksIn(bytes: Uint8Array): readonly Chunk[] | undefined {
  const chunks: Chunk[] = []
  const view = viewOf(bytes)
  let at = 0
  while (at < bytes.length) {
    if (at + chunkHeaderBytes > bytes.length || chunks.length === maxParts) return undefined
    const length = view.getUint32(at + 4, true)
    const from = at + chunkHeaderBytes
    if (from + length > bytes.length) return undefined
    const name = String.fromCharCode(...bytes.subarray(at, at + 4))
    chunks.push({ name, data: bytes.subarray(from, from + length) })
    at = from + length + (length % 2)
  }
  return chunks
}

/** Undefined when a frame is broken or there is nothing to be shown. */
function keptOf(chunks: readonly Chunk[]): readonly Chunk[] | undefined {
  const kept: Chunk[] = []
  const seen = new Set<string>()
  const isAnimated = chunks.some(({ name }) => name === 'ANMF')
  let hasPicture = isAnimated
  for (const chunk of chunks) {
    const { name } = chunk
    if (name === 'VP8X') return undefined
    if (name === 'ANMF') {
      const frame = frameOf(chunk.data)
      if (frame === undefined) return undefined
      kept.push({ name, data: frame })
      continue
    }
    const isPart = ['ALPH', 'VP8 ', 'VP8L'].includes(name)
    // What is not shown may be what somebody has cut off.
    if (!once.has(name) || seen.has(name) || (isPart && (isAnimated || isDrawn(seen)))) continue
    seen.add(name)
    if (isDrawn(seen)) hasPicture = true
    kept.push(chunk)
  }
  return hasPicture ? kept : undefined
}

function isDrawn(seen: ReadonlySet<string>): boolean {
  return seen.has('VP8 ') || seen.has('VP8L')
}

/** §2.7.1.1: where it stands, how long it stays, and then chunks. */
function frameOf(data: Uint8Array): Uint8Array | undefined {
  if (data.length < frameHeaderBytes) return undefined
  const chunks = chunksIn(data.subarray(frameHeaderBytes))
  const parts = chunks?.filter(({ name }) => ['ALPH', 'VP8 ', 'VP8L'].includes(name))
  const kept = parts && keptOf(parts)
  if (kept === undefined) return undefined
  return joined([data.subarray(0, frameHeaderBytes), ...kept.map(bytesOf)])
}

function orientationOf(chunks: readonly Chunk[]): number {
  const exif = chunks.find(({ name }) => name === 'EXIF')?.data
  if (exif === undefined) return upright
  // Some write it as in JPEG.
  return orientationIn(hasText(exif, 0, 'Exif\0\0') ? exif.subarray(6) : exif)
}

function sidesIn(first: Chunk): Sides | undefined {
  const sides = declaredSides(first)
  return sides !== undefined && areSides(sides) ? sides : undefined
}

function declaredSides({ name, data }: Chunk): Sides | undefined {
  if (name === 'VP8X') return canvasOf(data)
  if (name === 'VP8 ') return sidesOfLossy(data)
  return name === 'VP8L' ? sidesOfLossless(data) : undefined
}

/** §2.7.1: flags (1), reserved (3), width − 1 (3), height − 1 (3). */
function canvasOf(data: Uint8Array): Sides | undefined {
  if (data.length !== extendedBytes) return undefined
  const view = viewOf(data)
  const three = (at: number): number => view.getUint16(at, true) + 0x1_0000 * view.getUint8(at + 2)
  return { width: 1 + three(4), height: 1 + three(7) }
}

/** RFC 6386 §9.1: a tag (3) whose first bit is 0 for a key frame, a start code (3), and 14 bits for each side. */
function sidesOfLossy(data: Uint8Array): Sides | undefined {
  if (data.length < 10 || viewOf(data).getUint8(0) % 2 !== 0) return undefined
  if (data[3] !== 0x9d || data[4] !== 0x01 || data[5] !== 0x2a) return undefined
  const view = viewOf(data)
  return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff }
}

/** RFC 9649 §3.4: a signature (1), and 14 bits for each side less one. */
function sidesOfLossless(data: Uint8Array): Sides | undefined {
  if (data.length < 5 || data[0] !== 0x2f) return undefined
  const bits = viewOf(data).getUint32(1, true)
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
}

function extendedOf(data: Uint8Array, hasExif: boolean): Chunk {
  const extended = data.slice()
  const flags = viewOf(data).getUint8(0) & keptFlags
  extended.set([flags | (hasExif ? exifFlag : 0), 0, 0, 0])
  return { name: 'VP8X', data: extended }
}

function bytesOf({ name, data }: Chunk): Uint8Array {
  const bytes = new Uint8Array(chunkHeaderBytes + data.length + (data.length % 2))
  bytes.set(new TextEncoder().encode(name))
  viewOf(bytes).setUint32(4, data.length, true)
  bytes.set(data, chunkHeaderBytes)
  return bytes
}

export function riffOf(chunks: readonly Chunk[]): Uint8Array {
  const parts = chunks.map(bytesOf)
  const header = new TextEncoder().encode('RIFF....WEBP')
  const length = 4 + parts.reduce((sum, part) => sum + part.length, 0)
  viewOf(header).setUint32(4, length, true)
  return joined([header, ...parts])
}

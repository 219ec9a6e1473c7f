/**
 * @module PNG (W3C, third edition): a signature, and chunks of length (4), type (4), data and CRC-32 (4), until IEND. What
 * draws the picture stays, still or moving, and what says how its colours are meant; texts, times and all chunks that
 * nobody here knows go, and so does whatever stands behind the end. Of eXIf only the orientation stays.
 */
import { orientationIn, tiffOf, turned, upright } from '#attachments/pictures/orientation.ts'
import {
  areSides,
  joined,
  maxParts,
  type Picture,
  type Sides,
  viewOf,
} from '#attachments/pictures/picture.ts'

export const pngSignature: Uint8Array = Uint8Array.fromHex('89504e470d0a1a0a')

const critical: ReadonlySet<string> = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND'])
const harmless: ReadonlySet<string> = new Set([
  ...['tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'pHYS'],
  ...['acTL', 'fcTL', 'fdAT'],
])

/** Length, type and CRC. */
const frameBytes = 12
const headerDataBytes = 13

interface Chunk {
  readonly type: string
  readonly whole: Uint8Array
  readonly data: Uint8Array
}

export function stripPng(bytes: Uint8Array): Picture | undefined {
  if (!pngSignature.every((byte, at) => bytes[at] === byte)) return undefined
  const header = chunkAt(bytes, pngSignature.length)
  const sides = header && sidesIn(header)
  if (header === undefined || sides === undefined) return undefined
  let orientation = upright
  let hasData = false
  const kept: Uint8Array[] = []
  let at = pngSignature.length + header.whole.length
  for (;;) {
    const chunk = chunkAt(bytes, at)
    if (chunk === undefined || kept.length > maxParts || chunk.type === 'IHDR') return undefined
    const { type, whole, data } = chunk
    at += whole.length
    if (critical.has(type) || harmless.has(type)) kept.push(whole)
    // §5.3: whoever does not know a critical chunk cannot show the picture.
    else if (isCritical(type)) return undefined
    else if (type === 'eXIf' && orientation === upright) orientation = orientationIn(data)
    if (type === 'IDAT') hasData = true
    if (type === 'IEND') break
  }
  if (!hasData) return undefined
  const stripped = joined([
    pngSignature,
    header.whole,
    ...(orientation === upright ? [] : [chunkOf('eXIf', tiffOf(orientation))]),
    ...kept,
  ])
  return { mediaType: 'image/png', bytes: stripped, ...turned(sides, orientation) }
}

function chunkAt(bytes: Uint8Array, at: number): Chunk | undefined {
  if (at + frameBytes > bytes.length) return undefined
  const length = viewOf(bytes).getUint32(at)
  const end = at + frameBytes + length
  if (end > bytes.length) return undefined
  const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
  if (!/^[A-Za-z]{4}$/.test(type)) return undefined
  if (type === 'IEND' && length > 0) return undefined
  return { type, whole: bytes.subarray(at, end), data: bytes.subarray(at + 8, end - 4) }
}

function isCritical(type: string): boolean {
  return type.charAt(0) < 'a'
}

function sidesIn({ type, data }: Chunk): Sides | undefined {
  if (type !== 'IHDR' || data.length !== headerDataBytes) return undefined
  const view = viewOf(data)
  const sides = { width: view.getUint32(0), height: view.getUint32(4) }
  return areSides(sides) ? sides : undefined
}

export function chunkOf(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(frameBytes + data.length)
  const view = viewOf(chunk)
  view.setUint32(0, data.length)
  chunk.set(new TextEncoder().encode(type), 4)
  chunk.set(data, 8)
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)))
  return chunk
}

/** Annex D. What it is taken of is short. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1
  }
  return ~crc >>> 0
}

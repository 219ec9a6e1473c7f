/**
 * @module What comes of a picture when all that it says beside what it shows is taken out.
 */
import { maxImageSide } from '@sotto/wire/content'

export type PictureType = 'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif'

export interface Picture {
  readonly mediaType: PictureType
  readonly bytes: Uint8Array
  /** As it is shown, in pixels: a picture that is to be turned has its sides exchanged. */
  readonly width: number
  readonly height: number
}

/** Undefined when it cannot be read to its end, or is no such picture. Never throws. */
export type Strip = (bytes: Uint8Array) => Picture | undefined

/** Chunks, segments or frames of one picture: more than any has, and few enough to be looked at one by one. */
export const maxParts = 65_536

export interface Sides {
  readonly width: number
  readonly height: number
}

export function areSides({ width, height }: Sides): boolean {
  return width >= 1 && height >= 1 && width <= maxImageSide && height <= maxImageSide
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Whether these characters stand there. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text.charCodeAt(i)) return false
  }
  return true
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

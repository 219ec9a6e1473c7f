import { describe, expect, test } from 'vitest'
import { tiffOf } from '#attachments/pictures/orientation.ts'
import { joined } from '#attachments/pictures/picture.ts'
import {
  animationFrame,
  ascii,
  extended,
  lossless,
  lossy,
  secretBytes,
  tiff,
  type WebpChunk,
  webpOf,
} from '#attachments/pictures/pictures-for-tests.ts'
import { stripWebp } from '#attachments/pictures/webp.ts'

const exif = (orientation: number): WebpChunk => ({ name: 'EXIF', data: tiff(orientation) })
const xmp: WebpChunk = { name: 'XMP ', data: secretBytes }
const mine: WebpChunk = { name: 'MINE', data: secretBytes }
const colours: WebpChunk = { name: 'ICCP', data: ascii('colours') }
const alpha: WebpChunk = { name: 'ALPH', data: Uint8Array.of(1, 2, 3) }
const animation: WebpChunk = { name: 'ANIM', data: new Uint8Array(6) }
const bytesOf = (...chunks: readonly WebpChunk[]): Uint8Array | undefined =>
  stripWebp(webpOf(...chunks))?.bytes

describe('of a WebP', () => {
  test('a picture that says nothing stays as it is, byte for byte', () => {
    const pictures = [
      [lossy],
      [lossless],
      [extended(0x30), colours, alpha, lossy],
      [extended(0x02), animation, animationFrame(alpha, lossy), animationFrame(lossless)],
    ]
    for (const chunks of pictures) {
      const given = webpOf(...chunks)
      expect(stripWebp(given)).toEqual({
        mediaType: 'image/webp',
        bytes: given,
        width: 64,
        height: 48,
      })
    }
  })

  test('Exif, XMP and what nobody knows go, and so do the flags that tell of them', () => {
    expect(bytesOf(extended(0x3c), mine, colours, alpha, lossy, exif(1), xmp, mine)).toEqual(
      webpOf(extended(0x30), colours, alpha, lossy),
    )
    expect(bytesOf(lossy, exif(6), xmp)).toEqual(webpOf(lossy))
    const frame = animationFrame(mine, alpha, mine, lossy, mine)
    expect(bytesOf(extended(0x06), animation, frame, xmp)).toEqual(
      webpOf(extended(0x02), animation, animationFrame(alpha, lossy)),
    )
  })

  test('what is not shown goes: a second picture, and one beside an animation', () => {
    const cropped: WebpChunk = { name: 'VP8L', data: joined([lossless.data, secretBytes]) }
    expect(bytesOf(lossy, cropped)).toEqual(webpOf(lossy))
    expect(bytesOf(extended(0), lossy, cropped, alpha)).toEqual(webpOf(extended(0), lossy))
    expect(bytesOf(extended(2), cropped, animationFrame(lossy, cropped))).toEqual(
      webpOf(extended(2), animationFrame(lossy)),
    )
    expect(bytesOf(extended(0x20), colours, { ...colours, data: secretBytes }, lossy)).toEqual(
      webpOf(extended(0x20), colours, lossy),
    )
  })

  test('which way up it is stays, and is all that its Exif still says', () => {
    for (let orientation = 2; orientation <= 8; orientation++) {
      const only = { name: 'EXIF', data: tiffOf(orientation) }
      const stripped = stripWebp(webpOf(extended(0x0c), lossy, exif(orientation), xmp))
      expect(stripped?.bytes).toEqual(webpOf(extended(0x08), lossy, only))
      expect(stripped).toMatchObject({ width: 64, height: 48 })
      const asInJpeg = { name: 'EXIF', data: joined([ascii('Exif\0\0'), tiff(orientation)]) }
      expect(bytesOf(extended(0x08), lossy, asInJpeg)).toEqual(stripped?.bytes)
    }
  })

  test('a missing byte at the very end is borne, and put in', () => {
    const odd = { name: 'VP8 ', data: joined([lossy.data, Uint8Array.of(1, 2)]) }
    const whole = webpOf(odd)
    const short = whole.slice(0, -1)
    short[4] = (short[4] ?? 0) - 1
    expect(stripWebp(short)?.bytes).toEqual(whole)
  })

  test('one that nobody could show is refused', () => {
    const sized = (data: readonly number[]): WebpChunk => ({
      name: 'VP8X',
      data: Uint8Array.from(data),
    })
    const broken = [
      [],
      [colours, lossy],
      [extended(0)],
      [extended(0), colours],
      [extended(0), extended(0), lossy],
      [sized([0, 0, 0, 0, 63, 0, 0, 47, 0]), lossy],
      [sized([0, 0, 0, 0, 0, 0, 1, 47, 0, 0]), lossy],
      [{ name: 'VP8 ', data: lossy.data.subarray(0, 9) }],
      [{ name: 'VP8 ', data: lossy.data.map((byte, at) => (at === 3 ? 0 : byte)) }],
      [{ name: 'VP8 ', data: lossy.data.map((byte, at) => (at === 0 ? 1 : byte)) }],
      [{ name: 'VP8 ', data: lossy.data.map((byte, at) => (at === 6 ? 0 : byte)) }],
      [{ name: 'VP8L', data: lossless.data.subarray(0, 4) }],
      [{ name: 'VP8L', data: lossless.data.map((byte, at) => (at === 0 ? 0 : byte)) }],
      [extended(2), animationFrame()],
      [extended(2), animationFrame(mine)],
      [extended(2), { name: 'ANMF', data: new Uint8Array(15) }],
      [extended(2), { name: 'ANMF', data: new Uint8Array(20) }],
    ]
    for (const [at, chunks] of broken.entries()) {
      expect([at, bytesOf(...chunks)]).toEqual([at, undefined])
    }
  })
})

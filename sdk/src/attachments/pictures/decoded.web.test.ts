import { describe, expect, test } from 'vitest'
import { joined } from '#attachments/pictures/picture.ts'
import {
  ascii,
  chunkBytesOf,
  exifSegment,
  holds,
  secretBytes,
  segment,
  tiff,
} from '#attachments/pictures/pictures-for-tests.ts'
import { chunkOf } from '#attachments/pictures/png.ts'
import { stripPicture } from '#attachments/pictures/strip.ts'

// As far as it is used here: the engine is compiled without a browser.
interface Context {
  fillStyle: string
  fillRect(x: number, y: number, width: number, height: number): void
  drawImage(picture: Decoded, x: number, y: number): void
  getImageData(
    x: number,
    y: number,
    width: number,
    height: number,
  ): { readonly data: ArrayLike<number> }
}
interface Decoded {
  readonly width: number
  readonly height: number
}
declare const OffscreenCanvas: new (
  width: number,
  height: number,
) => {
  getContext(kind: '2d'): Context | null
  convertToBlob(options: { readonly type: string }): Promise<Blob>
}
declare function createImageBitmap(picture: Blob): Promise<Decoded>

const isThere = 'OffscreenCanvas' in globalThis
const presence = isThere ? '' : ' (only browsers have it)'

/** Four corners of four colours, so that no two orientations look alike. */
async function encoded(type: string): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(64, 48)
  const context = canvas.getContext('2d')
  for (const [at, colour] of ['#f00', '#0f0', '#00f', '#ff0'].entries()) {
    if (context === null) throw new Error('no canvas')
    context.fillStyle = colour
    context.fillRect((at % 2) * 32, at > 1 ? 24 : 0, 32, 24)
  }
  const blob = await canvas.convertToBlob({ type })
  expect(blob.type).toBe(type)
  return new Uint8Array(await blob.arrayBuffer())
}

async function shown(
  bytes: Uint8Array,
  type: string,
): Promise<readonly [number, number, ArrayLike<number>]> {
  const picture = await createImageBitmap(new Blob([Uint8Array.from(bytes)], { type }))
  const { width, height } = picture
  const context = new OffscreenCanvas(width, height).getContext('2d')
  if (context === null) throw new Error('no canvas')
  context.drawImage(picture, 0, 0)
  return [width, height, context.getImageData(0, 0, width, height).data]
}

/** What a camera or a program would have added. */
const additions: Readonly<Record<string, (plain: Uint8Array, orientation: number) => Uint8Array>> =
  {
    'image/jpeg': (plain, orientation) =>
      joined([
        plain.subarray(0, 2),
        exifSegment(orientation, true),
        segment(0xfe, secretBytes),
        segment(0xe1, ascii('http://ns.adobe.com/xap/1.0/\0'), secretBytes),
        plain.subarray(2),
        secretBytes,
      ]),
    'image/png': (plain, orientation) =>
      joined([
        plain.subarray(0, 33),
        chunkOf('eXIf', tiff(orientation)),
        chunkOf('tEXt', secretBytes),
        plain.subarray(33),
        secretBytes,
      ]),
    'image/webp': (plain, orientation) => {
      // An extended one: a browser adds the profile of its colours.
      expect(plain.subarray(12, 16)).toEqual(ascii('VP8X'))
      const told = joined([
        plain,
        chunkBytesOf({ name: 'EXIF', data: tiff(orientation) }),
        chunkBytesOf({ name: 'XMP ', data: secretBytes }),
      ])
      new DataView(told.buffer).setUint32(4, told.length - 8, true)
      told[20] = (told[20] ?? 0) | 0x0c
      return joined([told, secretBytes])
    },
  }

describe.skipIf(!isThere)(`what a browser shows${presence}`, () => {
  test.each(Object.keys(additions))('of a stripped %s is what it showed before', async (type) => {
    const plain = await encoded(type)
    for (let orientation = 1; orientation <= 8; orientation++) {
      const told = additions[type]?.(plain, orientation) ?? plain
      const stripped = stripPicture(told)
      if (stripped === undefined) throw new Error('refused')
      const before = await shown(told, type)
      const [width, height] = before
      expect(await shown(stripped.bytes, type)).toEqual(before)
      expect(stripped).toMatchObject({ mediaType: type, width, height })
      expect(holds(stripped.bytes, 'SECRET')).toBe(false)
    }
  })

  test('of a picture that it wrote itself is what it showed before', async () => {
    for (const type of Object.keys(additions)) {
      const plain = await encoded(type)
      const stripped = stripPicture(plain)
      expect(await shown(stripped?.bytes ?? secretBytes, type)).toEqual(await shown(plain, type))
    }
  })

  test('of a stripped GIF is what it showed before', async () => {
    // Two by one, black and white; made by hand.
    const [screen, picture] = [
      '47494638396102000100800000000000ffffff',
      '2c00000000020001000002024414' + '003b',
    ].map((hex) => Uint8Array.fromHex(hex))
    if (screen === undefined || picture === undefined) throw new Error('no picture')
    const comment = joined([
      Uint8Array.of(0x21, 0xfe, secretBytes.length),
      secretBytes,
      Uint8Array.of(0),
    ])
    const stripped = stripPicture(joined([screen, comment, picture, secretBytes]))
    expect(stripped?.bytes).toEqual(joined([screen, picture]))
    const before = await shown(joined([screen, comment, picture]), 'image/gif')
    expect(await shown(stripped?.bytes ?? secretBytes, 'image/gif')).toEqual(before)
    expect(before.slice(0, 2)).toEqual([2, 1])
  })
})

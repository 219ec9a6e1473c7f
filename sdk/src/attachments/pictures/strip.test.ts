import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PictureType } from '#attachments/pictures/picture.ts'
import {
  animationFrame,
  ascii,
  exifSegment,
  extended,
  gifBlocks,
  gifControl,
  gifExtension,
  gifImage,
  gifOf,
  holds,
  jfifSegment,
  jpegOf,
  lossless,
  lossy,
  pngOf,
  repetition,
  secretBytes,
  segment,
  spoilt,
  tiff,
  webpOf,
} from '#attachments/pictures/pictures-for-tests.ts'
import { chunkOf } from '#attachments/pictures/png.ts'
import { maxPictureBytes, pictureType, stripPicture } from '#attachments/pictures/strip.ts'

/** One of each kind, with secrets in every place where one can be. */
const pictures: readonly (readonly [PictureType, Uint8Array])[] = [
  [
    'image/jpeg',
    jpegOf(jfifSegment, exifSegment(6), segment(0xfe, secretBytes), segment(0xed, secretBytes)),
  ],
  ['image/png', pngOf(chunkOf('tEXt', secretBytes), chunkOf('eXIf', tiff(8)))],
  [
    'image/webp',
    webpOf(
      extended(0x2c),
      { name: 'ICCP', data: ascii('colours') },
      lossy,
      { name: 'EXIF', data: tiff(3) },
      { name: 'XMP ', data: secretBytes },
    ),
  ],
  [
    'image/webp',
    webpOf(extended(0x02), animationFrame(lossless, { name: 'MINE', data: secretBytes })),
  ],
  ['image/webp', webpOf(lossless)],
  ['image/gif', gifOf(repetition, gifControl, gifImage, gifExtension(0xfe, secretBytes), gifImage)],
]

describe.each(pictures)('%s, the picture', (type, picture) => {
  test('is known by how it begins, and keeps its kind and its size', () => {
    expect(pictureType(picture.subarray(0, 12))).toBe(type)
    const stripped = stripPicture(picture)
    expect(stripped?.mediaType).toBe(type)
    const sides = [stripped?.width, stripped?.height].toSorted((a = 0, b = 0) => a - b)
    expect(sides).toEqual([48, 64])
  })

  test('says nothing of what it was told', () => {
    expect(holds(stripPicture(picture)?.bytes ?? picture, 'SECRET')).toBe(false)
  })

  test('once stripped stays as it is', () => {
    const stripped = stripPicture(picture)
    expect(stripPicture(stripped?.bytes ?? picture)).toEqual(stripped)
  })

  test('loses whatever was put behind it', () => {
    const longer = Uint8Array.from([...picture, ...secretBytes])
    expect(stripPicture(longer)).toEqual(stripPicture(picture))
  })

  test('is refused when its end is missing, wherever it was cut', () => {
    for (let length = 0; length < picture.length; length++) {
      expect([length, stripPicture(picture.subarray(0, length))]).toEqual([length, undefined])
    }
  })

  test('when damaged is refused or stripped, without an error, and stays as it then is', () => {
    fc.assert(
      fc.property(spoilt(picture), (damaged) => {
        const stripped = stripPicture(damaged)
        if (stripped === undefined) return
        expect(stripped.bytes.length).toBeLessThanOrEqual(damaged.length + 64)
        expect(stripped.width).toBeGreaterThanOrEqual(1)
        expect(stripped.height).toBeLessThanOrEqual(65_535)
        expect(stripPicture(stripped.bytes)).toEqual(stripped)
      }),
      { numRuns: 1000 },
    )
  })

  test('does not change what it is given, and shares no memory with it', () => {
    const copy = Uint8Array.from(picture)
    const stripped = stripPicture(copy)
    expect(copy).toEqual(picture)
    const before = Uint8Array.from(stripped?.bytes ?? [])
    copy.fill(0)
    expect(stripped?.bytes).toEqual(before)
  })
})

test('what is no picture of these kinds is none', () => {
  const others = [
    ...[
      '',
      'BM',
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
      'GIF90a',
      'RIFF....WAVE',
      '%PDF-1.7',
    ],
    ...['\0\0\0\x1cftypheic', 'II*\0', '\x89PNG', '\xff\xd8', '\xff\xd8\xff'],
  ]
  for (const start of others) {
    expect([start, stripPicture(ascii(start))]).toEqual([start, undefined])
    expect(stripPicture(ascii(start.padEnd(200, '\0')))).toBeUndefined()
  }
  expect(pictureType(ascii('\0\0\0\x1cftypheic'))).toBeUndefined()
})

test('whatever is given, nothing is thrown', () => {
  const starts = fc.constantFrom(
    '\xff\xd8\xff',
    '\x89PNG\r\n\x1a\n',
    'RIFF\x50\0\0\0WEBP',
    'GIF89a',
  )
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 300 }), (start, rest) => {
      stripPicture(Uint8Array.from([...ascii(start), ...rest]))
    }),
    { numRuns: 2000 },
  )
})

test('a picture of more than 32 MiB, or of more parts than any has, is refused', () => {
  const comment = segment(0xfe, new Uint8Array(65_000))
  const large = jpegOf(...Array.from({ length: 517 }, () => comment))
  expect(large.length).toBeGreaterThan(maxPictureBytes)
  expect(stripPicture(large)).toBeUndefined()
  const most = jpegOf(...Array.from({ length: 516 }, () => comment))
  expect(stripPicture(most)?.bytes.length).toBeLessThan(300)
  const empty = chunkOf('IDAT', new Uint8Array())
  expect(stripPicture(pngOf(...Array.from({ length: 70_000 }, () => empty)))).toBeUndefined()
  const frame = gifImage
  expect(stripPicture(gifOf(...Array.from({ length: 70_000 }, () => frame)))).toBeUndefined()
  expect(gifBlocks()).toEqual(Uint8Array.of(0))
})

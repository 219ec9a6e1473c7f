import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stripJpeg } from '#attachments/pictures/jpeg.ts'
import { tiffOf } from '#attachments/pictures/orientation.ts'
import { joined } from '#attachments/pictures/picture.ts'
import {
  ascii,
  endOfImage,
  exifSegment,
  frameSegment,
  holds,
  jfifSegment,
  jpegOf,
  scan,
  secretBytes,
  segment,
  startOfImage,
  tableSegment,
} from '#attachments/pictures/pictures-for-tests.ts'

const icc = segment(0xe2, ascii('ICC_PROFILE\0\x01\x01'), ascii('colours'))
const adobe = segment(0xee, ascii('Adobe'), Uint8Array.of(0, 100, 0, 0, 0, 0, 1))
const plain = jpegOf()

describe('of a JPEG', () => {
  test('a picture that says nothing stays as it is, byte for byte', () => {
    expect(stripJpeg(plain)?.bytes).toEqual(plain)
    const coloured = jpegOf(icc, adobe)
    expect(stripJpeg(coloured)?.bytes).toEqual(coloured)
    expect(stripJpeg(coloured)).toMatchObject({ width: 64, height: 48 })
  })

  test('everything goes that an application or a person has added', () => {
    const added = [
      segment(0xe1, ascii('http://ns.adobe.com/xap/1.0/\0'), secretBytes),
      segment(0xe1, ascii('http://ns.adobe.com/xmp/extension/\0'), secretBytes),
      segment(0xe2, ascii('MPF\0'), secretBytes),
      segment(0xe0, ascii('JFXX\0'), secretBytes),
      segment(0xee, ascii('Adobe'), secretBytes),
      segment(0xed, ascii('Photoshop 3.0\0'), secretBytes),
      ...Array.from({ length: 16 }, (_, n) => segment(0xe0 + n, secretBytes)),
      segment(0xfe, secretBytes),
      segment(0xf7, secretBytes),
      segment(0x42, secretBytes),
      exifSegment(undefined),
      exifSegment(1),
    ]
    expect(stripJpeg(jpegOf(...added))?.bytes).toEqual(plain)
    const between = joined([
      startOfImage,
      ...[frameSegment, ...added, tableSegment, ...added, scan, ...added, scan, endOfImage],
    ])
    expect(stripJpeg(between)?.bytes).toEqual(
      joined([startOfImage, frameSegment, tableSegment, scan, scan, endOfImage]),
    )
  })

  test('whatever order they come in, what draws the picture stays in its order', () => {
    const drawing = fc.constantFrom(tableSegment, icc, adobe, segment(0xc4, Uint8Array.of(7)))
    const added = fc.constantFrom(
      segment(0xfe, secretBytes),
      segment(0xe5, secretBytes),
      exifSegment(1),
    )
    const kinds = fc.array(fc.tuple(fc.boolean(), drawing, added), { maxLength: 20 })
    fc.assert(
      fc.property(kinds, (all) => {
        const given = all.map(([draws, one, other]) => (draws ? one : other))
        const kept = all.filter(([draws]) => draws).map(([, one]) => one)
        expect(stripJpeg(jpegOf(...given))?.bytes).toEqual(jpegOf(...kept))
      }),
    )
  })

  test('which way up it is stays, and is all that its Exif still says', () => {
    for (let orientation = 2; orientation <= 8; orientation++) {
      const exif = segment(0xe1, ascii('Exif\0\0'), tiffOf(orientation))
      for (const isLittle of [false, true]) {
        const stripped = stripJpeg(jpegOf(icc, exifSegment(orientation, isLittle)))
        expect(stripped?.bytes).toEqual(jpegOf(exif, icc))
        const isOnItsSide = orientation >= 5
        expect(stripped).toMatchObject(
          isOnItsSide ? { width: 48, height: 64 } : { width: 64, height: 48 },
        )
      }
    }
  })

  test('the thumbnail goes and the densities stay, before the orientation', () => {
    const stripped = stripJpeg(jpegOf(exifSegment(6), jfifSegment, jfifSegment))
    const jfif = segment(0xe0, ascii('JFIF\0'), Uint8Array.of(1, 2, 1, 0, 72, 0, 72, 0, 0))
    const exif = segment(0xe1, ascii('Exif\0\0'), tiffOf(6))
    expect(stripped?.bytes).toEqual(jpegOf(jfif, exif))
    expect(holds(stripped?.bytes ?? jfifSegment, 'SECRET')).toBe(false)
    expect(stripJpeg(jpegOf(segment(0xe0, ascii('JFIF\0'))))?.bytes).toEqual(plain)
  })

  test('bytes that only fill stand nowhere but in a scan', () => {
    const filled = joined([startOfImage, Uint8Array.of(0xff, 0xff), jpegOf().subarray(2)])
    expect(stripJpeg(filled)?.bytes).toEqual(plain)
  })

  test('one that nobody could show is refused', () => {
    const frame = (height: number, width: number): Uint8Array =>
      segment(0xc2, Uint8Array.of(8, height >> 8, height, width >> 8, width, 1, 1, 0x11, 0))
    const whole = (...segments: readonly Uint8Array[]): Uint8Array =>
      joined([startOfImage, ...segments, endOfImage])
    expect(stripJpeg(whole(frame(48, 64), scan))).toBeDefined()
    const broken = [
      whole(frame(0, 64), scan),
      whole(frame(48, 0), scan),
      whole(scan, frame(48, 64)),
      whole(frame(48, 64), frame(48, 64), scan),
      whole(frame(48, 64)),
      whole(scan),
      whole(),
      whole(frame(48, 64), segment(0xde, Uint8Array.of(1)), scan),
      whole(segment(0xc0, Uint8Array.of(8, 0, 48, 0, 64, 3, 1, 0x11, 0)), scan),
      whole(frame(48, 64), Uint8Array.of(0xff, 0xd0), scan),
      whole(frame(48, 64), Uint8Array.of(0xff, 0x01), scan),
      whole(frame(48, 64), Uint8Array.of(0x00), scan),
      whole(frame(48, 64), Uint8Array.of(0xff, 0xfe, 0, 1), scan),
      whole(frame(48, 64), startOfImage, scan),
    ]
    for (const [at, each] of broken.entries()) {
      expect([at, stripJpeg(each)]).toEqual([at, undefined])
    }
  })
})

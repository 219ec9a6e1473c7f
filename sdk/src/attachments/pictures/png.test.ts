import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tiffOf } from '#attachments/pictures/orientation.ts'
import { joined } from '#attachments/pictures/picture.ts'
import {
  dataChunk,
  endChunk,
  headerChunk,
  pngOf,
  secretBytes,
  tiff,
} from '#attachments/pictures/pictures-for-tests.ts'
import { chunkOf, pngSignature, stripPng } from '#attachments/pictures/png.ts'

const plain = pngOf()
const keptTypes = [
  ...['PLTE', 'IDAT', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'cICP', 'pHYS'],
  ...['acTL', 'fcTL', 'fdAT'],
]
const goneTypes = ['tEXt', 'zTXt', 'iTXt', 'tIME', 'sPLT', 'bKGD', 'caBX', 'vpAg', 'iDOT', 'orNT']
const header = (width: number, height: number): Uint8Array => {
  const data = new Uint8Array(13)
  const view = new DataView(data.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  return chunkOf('IHDR', data)
}

describe('of a PNG', () => {
  test('the form is what others write', () => {
    expect(endChunk.toHex()).toBe('0000000049454e44ae426082')
    expect(chunkOf('sRGB', Uint8Array.of(0)).toHex()).toBe('0000000173524742' + '00' + 'aece1ce9')
  })

  test('what draws it stays, byte for byte, and everything else goes', () => {
    const data = Uint8Array.of(1, 2, 3)
    const kept = fc.constantFrom(...keptTypes).map((type) => chunkOf(type, data))
    const gone = fc.constantFrom(...goneTypes).map((type) => chunkOf(type, secretBytes))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), kept, gone), { maxLength: 20 }), (all) => {
        const given = all.map(([draws, one, other]) => (draws ? one : other))
        const drawing = all.filter(([draws]) => draws).map(([, one]) => one)
        expect(stripPng(pngOf(...given))?.bytes).toEqual(pngOf(...drawing))
      }),
    )
    expect(stripPng(plain)).toEqual({ mediaType: 'image/png', bytes: plain, width: 64, height: 48 })
  })

  test('which way up it is stays, and is all that its Exif still says', () => {
    for (let orientation = 2; orientation <= 8; orientation++) {
      const stripped = stripPng(
        pngOf(chunkOf('gAMA', secretBytes), chunkOf('eXIf', tiff(orientation))),
      )
      const exif = chunkOf('eXIf', tiffOf(orientation))
      expect(stripped?.bytes).toEqual(pngOf(exif, chunkOf('gAMA', secretBytes)))
      expect(stripped?.width).toBe(orientation >= 5 ? 48 : 64)
    }
    expect(stripPng(pngOf(chunkOf('eXIf', tiff(1))))?.bytes).toEqual(plain)
    expect(stripPng(pngOf(chunkOf('eXIf', secretBytes)))?.bytes).toEqual(plain)
  })

  test('one that nobody could show is refused', () => {
    const whole = (...chunks: readonly Uint8Array[]): Uint8Array =>
      joined([pngSignature, ...chunks])
    expect(stripPng(whole(header(65_535, 1), dataChunk, endChunk))).toBeDefined()
    const overlong = Uint8Array.from(dataChunk)
    overlong.set([0x7f, 0xff, 0xff, 0xff])
    const broken = [
      whole(header(0, 1), dataChunk, endChunk),
      whole(header(1, 0), dataChunk, endChunk),
      whole(header(65_536, 1), dataChunk, endChunk),
      whole(dataChunk, endChunk),
      whole(chunkOf('gAMA', secretBytes), headerChunk, dataChunk, endChunk),
      whole(headerChunk, headerChunk, dataChunk, endChunk),
      whole(chunkOf('IHDR', new Uint8Array(12)), dataChunk, endChunk),
      whole(headerChunk, endChunk),
      whole(headerChunk, dataChunk),
      whole(headerChunk, dataChunk, chunkOf('IEND', secretBytes)),
      whole(headerChunk, chunkOf('CgBI', new Uint8Array(4)), dataChunk, endChunk),
      whole(headerChunk, chunkOf('te t', secretBytes), dataChunk, endChunk),
      whole(headerChunk, overlong, endChunk),
    ]
    for (const [at, each] of broken.entries()) {
      expect([at, stripPng(each)]).toEqual([at, undefined])
    }
  })
})

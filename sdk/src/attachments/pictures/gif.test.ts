import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stripGif } from '#attachments/pictures/gif.ts'
import { joined } from '#attachments/pictures/picture.ts'
import {
  ascii,
  gifControl,
  gifExtension,
  gifImage,
  gifOf,
  gifScreen,
  gifTrailer,
  repetition,
  secretBytes,
} from '#attachments/pictures/pictures-for-tests.ts'

const comment = gifExtension(0xfe, secretBytes, secretBytes)
const xmp = gifExtension(0xff, ascii('XMP DataXMP'), secretBytes)
const text = gifExtension(0x01, new Uint8Array(12), secretBytes)
const other = gifExtension(0x77, secretBytes)
const bytesOf = (...parts: readonly Uint8Array[]): Uint8Array | undefined =>
  stripGif(gifOf(...parts))?.bytes

describe('of a GIF', () => {
  test('a picture that says nothing stays as it is, byte for byte', () => {
    for (const parts of [[gifImage], [repetition, gifControl, gifImage, gifControl, gifImage]]) {
      const given = gifOf(...parts)
      expect(stripGif(given)).toEqual({
        mediaType: 'image/gif',
        bytes: given,
        width: 64,
        height: 48,
      })
    }
  })

  test('comments, what applications add and texts go, wherever they stand', () => {
    const part = fc.constantFrom(gifImage, comment, xmp, other, text)
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        const images = parts.filter((each) => each === gifImage)
        expect(bytesOf(gifImage, ...parts)).toEqual(gifOf(gifImage, ...images))
      }),
    )
  })

  test('a control stays with its picture, and goes with a text', () => {
    expect(bytesOf(gifControl, comment, xmp, gifImage)).toEqual(gifOf(gifControl, gifImage))
    expect(bytesOf(gifControl, text, gifImage)).toEqual(gifOf(gifImage))
    expect(bytesOf(gifControl, gifControl, gifImage, gifControl)).toEqual(
      gifOf(gifControl, gifImage),
    )
  })

  test('how often it is repeated stays, and nothing with it', () => {
    const talkative = gifExtension(
      0xff,
      ascii('NETSCAPE2.0'),
      Uint8Array.of(1, 5, 0),
      Uint8Array.of(2, 0, 0, 1, 0),
      secretBytes,
    )
    expect(bytesOf(talkative, gifImage, talkative)).toEqual(gifOf(repetition, gifImage))
    const silent = gifExtension(0xff, ascii('NETSCAPE2.0'), secretBytes)
    expect(bytesOf(silent, gifImage)).toEqual(gifOf(gifImage))
    expect(bytesOf(gifExtension(0xff, ascii('NETSCAPE2.0')), gifImage)).toEqual(gifOf(gifImage))
  })

  test('one that nobody could show is refused', () => {
    const screen = (at: number, value: number): Uint8Array =>
      gifScreen.map((byte, each) => (each === at ? value : byte))
    const broken = [
      gifOf(),
      gifOf(comment),
      gifOf(Uint8Array.of(0), gifImage),
      gifOf(gifExtension(0xf9, new Uint8Array(5)), gifImage),
      gifOf(gifExtension(0xf9), gifImage),
      joined([screen(6, 0), gifImage, gifTrailer]),
      joined([screen(8, 0), gifImage, gifTrailer]),
      joined([screen(10, 0x87), gifImage, gifTrailer]),
      joined([gifScreen, gifImage]),
      joined([gifScreen, gifImage.subarray(0, -1), gifTrailer]),
    ]
    for (const [at, each] of broken.entries()) {
      expect([at, stripGif(each)]).toEqual([at, undefined])
    }
  })
})

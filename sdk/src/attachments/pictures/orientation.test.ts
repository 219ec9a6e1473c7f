import fc from 'fast-check'
import { expect, test } from 'vitest'
import { orientationIn, tiffOf, turned } from '#attachments/pictures/orientation.ts'
import { holds, tiff } from '#attachments/pictures/pictures-for-tests.ts'

test('each orientation is found, in either order of bytes, among others', () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    expect(orientationIn(tiff(orientation))).toBe(orientation)
    expect(orientationIn(tiff(orientation, true))).toBe(orientation)
  }
})

test('whatever says nothing of it is upright', () => {
  expect(orientationIn(tiff(undefined))).toBe(1)
  for (const strange of [0, 9, 65_535]) expect(orientationIn(tiff(strange))).toBe(1)
  expect(orientationIn(new Uint8Array())).toBe(1)
  const whole = tiff(6)
  for (let length = 0; length < 34; length++)
    expect(orientationIn(whole.subarray(0, length))).toBe(1)
  const far = Uint8Array.from(whole)
  far.set([0xff, 0xff, 0xff, 0xff], 4)
  expect(orientationIn(far)).toBe(1)
  const long = Uint8Array.from(whole)
  long[22 + 3] = 4
  expect(orientationIn(long)).toBe(1)
})

test('any bytes give one of eight', () => {
  const start = fc.constantFrom('MM\0*\0\0\0\x08', 'II*\0\x08\0\0\0')
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 60 }), (header, rest) => {
      const bytes = Uint8Array.from([...new TextEncoder().encode(header), ...rest])
      const orientation = orientationIn(bytes)
      expect(orientation).toBeGreaterThanOrEqual(1)
      expect(orientation).toBeLessThanOrEqual(8)
    }),
  )
})

test('what is written says the orientation and nothing else', () => {
  expect(tiffOf(6).toHex()).toBe('4d4d002a000000080001011200030000000100060000' + '00000000')
  for (let orientation = 1; orientation <= 8; orientation++) {
    expect(orientationIn(tiffOf(orientation))).toBe(orientation)
  }
  expect(holds(tiffOf(6), 'SECRET')).toBe(false)
})

test('a picture that lies on its side is shown with its sides exchanged', () => {
  const sides = { width: 64, height: 48 }
  for (const orientation of [1, 2, 3, 4]) expect(turned(sides, orientation)).toEqual(sides)
  for (const orientation of [5, 6, 7, 8]) {
    expect(turned(sides, orientation)).toEqual({ width: 48, height: 64 })
  }
})

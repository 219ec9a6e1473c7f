import { expect, test } from 'vitest'
import decodeQR from 'qr/decode.js'
import { qrCode } from '#text/qr-code.ts'

/** As a camera sees it: four pixels a module, light on dark turned into black on white. */
function picture(lines: readonly string[]): { width: number; height: number; data: Uint8Array } {
  const scale = 4
  const rows = lines.flatMap((line) => [
    [...line].map((block) => block === '█' || block === '▀'),
    [...line].map((block) => block === '█' || block === '▄'),
  ])
  const width = (rows[0]?.length ?? 0) * scale
  const height = rows.length * scale
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const isLight = rows[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true
      data.set(isLight ? [255, 255, 255, 255] : [0, 0, 0, 255], (y * width + x) * 4)
    }
  }
  return { width, height, data }
}

test.each(['hello', `http://localhost:8080/#i.${'Ab3_'.repeat(70)}`, 'sotto1'.padEnd(90, 'q')])(
  'a scanner reads %s back',
  (text) => {
    const { lines, width } = qrCode(text)
    expect(lines.every((line) => line.length === width)).toBe(true)
    expect(decodeQR(picture(lines))).toBe(text)
  },
)

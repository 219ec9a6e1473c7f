/**
 * @module A QR code out of half blocks: two rows of modules in one line of text, and a quiet zone around them.
 */
import encodeQR from 'qr'

/** Modules of the edge that scanners want to be empty. */
const border = 2

export interface QrCode {
  /** Columns that it takes. */
  readonly width: number
  /** The dark modules are spaces, for light letters on a dark ground. */
  readonly lines: readonly string[]
}

export function qrCode(text: string): QrCode {
  const modules = encodeQR(text, 'raw', { ecc: 'low', border })
  const width = modules[0]?.length ?? 0
  const lines: string[] = []
  for (let y = 0; y < modules.length; y += 2) {
    const upper = modules[y] ?? []
    // Below an odd last row lies the quiet zone.
    const lower = modules[y + 1] ?? []
    lines.push(upper.map((isDark, x) => block(!isDark, lower[x] !== true)).join(''))
  }
  return { width, lines }
}

function block(isUpperLight: boolean, isLowerLight: boolean): string {
  if (isUpperLight) return isLowerLight ? '█' : '▀'
  return isLowerLight ? '▄' : ' '
}

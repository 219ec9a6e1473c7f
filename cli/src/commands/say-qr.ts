/**
 * @module A QR code in the terminal, or a sentence that there is no room for one.
 */
import { qrCode } from '#text/qr-code.ts'
import { span } from '#screen/ink.ts'
import type { Terminal } from '#terminal/terminal.ts'

export function sayQr(terminal: Terminal, text: string): void {
  if (!terminal.isScreen) return
  const { width, lines } = qrCode(text)
  terminal.say()
  if (width > terminal.size.columns) {
    terminal.say(`The QR code needs ${width} columns, and the window has ${terminal.size.columns}.`)
    return
  }
  for (const line of lines) {
    // The blocks are the light modules: white on black, whatever the ground of the terminal is.
    terminal.say([span(line, terminal.hasColour ? 'light' : 'plain')])
  }
}

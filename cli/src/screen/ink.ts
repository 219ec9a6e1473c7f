/**
 * @module What a text looks like, by what it means. There is one accent, the seal's red: what is unread, where the focus
 * is, the one thing to do. Green is calm, yellow wants care. The colours are the terminal's own sixteen, so they fit its
 * light or dark ground.
 */

const inks = {
  plain: { weight: '', colour: '' },
  strong: { weight: '1', colour: '' },
  faint: { weight: '2', colour: '' },
  chosen: { weight: '7', colour: '' },
  seal: { weight: '', colour: '31' },
  sealStrong: { weight: '1', colour: '31' },
  calm: { weight: '', colour: '32' },
  care: { weight: '', colour: '33' },
  careStrong: { weight: '1', colour: '33' },
  /** White on black, whatever the ground is: QR codes are read by machines. */
  light: { weight: '', colour: '97;40' },
} as const

export type Ink = keyof typeof inks

/** The parameters of the escape sequence; empty for plain. */
export function inkParameters(ink: Ink, hasColour: boolean): string {
  const { weight, colour } = inks[ink]
  return hasColour && colour !== '' ? (weight === '' ? colour : `${weight};${colour}`) : weight
}

/** A piece of a line. */
export interface Span {
  readonly text: string
  readonly ink: Ink
}

export function span(text: string, ink: Ink = 'plain'): Span {
  return { text, ink }
}

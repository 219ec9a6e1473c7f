/**
 * @module Looks for something that should not be there, in every form that a program may give it: as it is, in hex, in
 * base64 at any place of a longer text, escaped, and percent-encoded.
 */

/** The forms that `isIn` looks for. What is shorter than eight bytes is found by chance. */
export function formsOf(secret: string | Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(secret)
  const hex = bytes.toString('hex')
  const texts = [
    ...[hex, hex.toUpperCase()],
    ...[0, 1, 2].flatMap((at) => [base64At(bytes, at, 'base64'), base64At(bytes, at, 'base64url')]),
    ...(typeof secret === 'string' ? [JSON.stringify(secret).slice(1, -1), escaped(secret)] : []),
    ...(typeof secret === 'string' ? [encodeURIComponent(secret)] : []),
  ]
  return [bytes, ...texts.map((text) => Buffer.from(text))]
}

export function isIn(haystack: Buffer, secret: string | Uint8Array): boolean {
  return formsOf(secret).some((form) => haystack.includes(form))
}

/** How it looks when so many bytes stand before it, without the characters that others have a part in. */
function base64At(bytes: Buffer, before: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString(encoding)
  const from = Math.ceil((before * 8) / 6)
  return text.slice(from, Math.floor(((before + bytes.length) * 8) / 6))
}

/** Of JSON in ASCII. */
function escaped(text: string): string {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text.charCodeAt(at)
    return unit < 128 ? text.charAt(at) : `\\u${unit.toString(16).padStart(4, '0')}`
  }).join('')
}

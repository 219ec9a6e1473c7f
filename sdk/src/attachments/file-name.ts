/**
 * @module The name of a file, as it goes out and as it is shown: no path, nothing that cannot be seen, and nothing that
 * makes a program look like a picture (`photo\u202Egpj.exe`).
 */

/** In UTF-8: what file systems take. */
const maxBytes = 255
/** What is kept of the end of a name that is too long. */
const maxExtensionBytes = 16

/** Controls, separators of lines, and what changes the direction of writing. */
const unseen = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

const encoder = new TextEncoder()

/** Undefined when nothing is left that names a file. */
export function fileName(text: string): string | undefined {
  const seen = text.toWellFormed().replace(unseen, '')
  const base = seen.slice(Math.max(seen.lastIndexOf('/'), seen.lastIndexOf('\\')) + 1).trim()
  if (base === '' || base === '.' || base === '..') return undefined
  return shortened(base)
}

/** Cut before its extension, which says what to open it with. */
function shortened(name: string): string {
  if (lengthOf(name) <= maxBytes) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 ? name.slice(dot) : ''
  const kept = lengthOf(extension) <= maxExtensionBytes ? extension : ''
  let stem = ''
  let room = maxBytes - lengthOf(kept)
  for (const character of name) {
    room -= lengthOf(character)
    if (room < 0) break
    stem += character
  }
  return `${stem.trimEnd()}${kept}`
}

function lengthOf(text: string): number {
  return encoder.encode(text).length
}

/**
 * @module Bytes of a terminal to keys. They come in pieces that end anywhere, so what is begun waits in the state; a lone
 * escape is the key when nothing follows it for a moment, which is the caller's to say (`flush`).
 *
 * | bytes | what |
 * |---|---|
 * | `ESC [ … final` | CSI: arrows, Home, F-keys, with `;modifiers` (xterm), `27;m;code~` and `code;m u` (with modifiers) |
 * | `ESC O final` | SS3: arrows, Home and End in application mode |
 * | `ESC [ 200 ~ … ESC [ 201 ~` | bracketed paste |
 * | `ESC` and a letter, Tab, Enter, Backspace | that with Alt |
 * | 0x01 to 0x1A | Ctrl and a letter; 0x0D Enter, 0x0A Ctrl+J, 0x09 Tab |
 * | 0x7F, 0x08 | Backspace |
 */
import type { Key, KeyName } from '#input/key.ts'

export interface Decoder {
  /** Begun, and not finished. */
  readonly pending: string
  /** What was pasted so far; undefined outside of a paste. */
  readonly pasted: string | undefined
  readonly utf8: TextDecoder
}

export interface Decoded {
  readonly decoder: Decoder
  readonly keys: readonly Key[]
}

/** A paste of more than this is cut off: no message could hold it. */
const maxPaste = 1_000_000
/** No sequence of a terminal is longer. */
const maxSequence = 64

const pasteEnd = '\u001b[201~'

export function createDecoder(): Decoder {
  return { pending: '', pasted: undefined, utf8: new TextDecoder() }
}

export function decode(decoder: Decoder, bytes: Uint8Array): Decoded {
  const text = decoder.utf8.decode(bytes, { stream: true })
  return run(decoder, decoder.pending + text, false)
}

/** Nothing came for a moment: what waits is all there is. */
export function flush(decoder: Decoder): Decoded {
  return run(decoder, decoder.pending, true)
}

function run(decoder: Decoder, input: string, isLast: boolean): Decoded {
  const keys: Key[] = []
  let { pasted } = decoder
  let at = 0
  while (at < input.length) {
    if (pasted !== undefined) {
      const end = input.indexOf(pasteEnd, at)
      // Its end may have come in part.
      const until = end === -1 ? Math.max(at, input.length - pasteEnd.length + 1) : end
      pasted = (pasted + input.slice(at, until)).slice(0, maxPaste)
      if (end === -1) return { decoder: { ...decoder, pasted, pending: input.slice(until) }, keys }
      keys.push({ kind: 'paste', text: pasted.replaceAll(/\r\n?/g, '\n') })
      pasted = undefined
      at = end + pasteEnd.length
      continue
    }
    const step = next(input, at, isLast)
    if (step === undefined) break
    at = step.end
    if (step.key === 'paste') pasted = ''
    else if (step.key !== undefined) append(keys, step.key)
  }
  return { decoder: { ...decoder, pasted, pending: input.slice(at) }, keys }
}

/** Letters that were typed together are one text. */
function append(keys: Key[], key: Key): void {
  const last = keys.at(-1)
  if (key.kind === 'text' && last?.kind === 'text') {
    keys[keys.length - 1] = { kind: 'text', text: last.text + key.text }
  } else keys.push(key)
}

/** Tab, Enter and its like, and Backspace: they have a meaning with Alt. */
const withAlt: ReadonlySet<string> = new Set(['\b', '\t', '\n', '\r'])

interface Step {
  readonly end: number
  /** Undefined for what is understood by nobody here. */
  readonly key: Key | 'paste' | undefined
}

/** Undefined when more has to come. */
function next(input: string, at: number, isLast: boolean): Step | undefined {
  if (input[at] !== '\u001b') return plain(input, at, false)
  const second = input[at + 1]
  if (second === undefined) {
    return isLast ? { end: at + 1, key: named('escape') } : undefined
  }
  if (second === '[' || second === 'O') return sequence(input, at, isLast)
  // Twice is the key, and the beginning of something. Before Ctrl and a letter it is the key, too: of who types fast.
  if (second < ' ' && !withAlt.has(second)) return { end: at + 1, key: named('escape') }
  return plain(input, at + 1, true)
}

// oxlint-disable-next-line no-control-regex
const csi = /^\u001b\[([\d;:<=>?]*)([ -/]*)([@-~])/

function sequence(input: string, at: number, isLast: boolean): Step | undefined {
  const rest = input.slice(at, at + maxSequence)
  if (rest[1] === 'O') {
    const final = rest[2]
    // Alt and a capital O is the same as the beginning of SS3.
    if (final === undefined) {
      return isLast ? { end: at + 2, key: chord('O', { ctrl: false, alt: true }) } : undefined
    }
    const name = namesByFinal.get(final)
    return { end: at + 3, key: name === undefined ? undefined : named(name) }
  }
  const found = csi.exec(rest)
  if (found !== null) {
    const [whole, parameters = '', , final = ''] = found
    return { end: at + whole.length, key: ofSequence(parameters, final) }
  }
  // oxlint-disable-next-line no-control-regex
  const isBegun = /^\u001b\[[\d;:<=>?]*[ -/]*$/.test(rest)
  if (isBegun && rest.length < maxSequence && !isLast) return undefined
  if (rest === '\u001b[' && isLast)
    return { end: at + 2, key: chord('[', { ctrl: false, alt: true }) }
  // It is none: what began it is left out, and what follows is read anew.
  return { end: at + 2, key: undefined }
}

const namesByFinal: ReadonlyMap<string, KeyName> = new Map([
  ['A', 'up'],
  ['B', 'down'],
  ['C', 'right'],
  ['D', 'left'],
  ['F', 'end'],
  ['H', 'home'],
  ['M', 'enter'],
])

const namesByNumber: ReadonlyMap<string, KeyName> = new Map([
  ['1', 'home'],
  ['2', 'insert'],
  ['3', 'delete'],
  ['4', 'end'],
  ['5', 'page-up'],
  ['6', 'page-down'],
  ['7', 'home'],
  ['8', 'end'],
])

function ofSequence(parameters: string, final: string): Key | 'paste' | undefined {
  const [first = '', second = '', third = ''] = parameters.split(';')
  if (final === '~') {
    if (first === '200') return 'paste'
    if (first === '27') return ofCode(third, second)
    const name = namesByNumber.get(first)
    return name === undefined ? undefined : named(name, modifiersOf(second))
  }
  if (final === 'u') return ofCode(first, second)
  if (final === 'Z') return named('tab', { ctrl: false, alt: false, shift: true })
  // CSI M begins a report of the mouse, which nobody asked for.
  const name = final === 'M' ? undefined : namesByFinal.get(final)
  return name === undefined ? undefined : named(name, modifiersOf(second))
}

/** A key by its code point, as terminals report it that are asked to tell more. */
function ofCode(code: string, modifiers: string): Key | undefined {
  const point = Number.parseInt(code, 10)
  if (!(point > 0 && point <= 0x10ffff) || (point >= 0xd800 && point < 0xe000)) return undefined
  const held = modifiersOf(modifiers)
  const name = namesByCode.get(point)
  if (name !== undefined) return named(name, held)
  const letter = String.fromCodePoint(point)
  if (held.ctrl || held.alt) return chord(letter.toLowerCase(), held)
  return point < 0x20 ? undefined : { kind: 'text', text: letter }
}

const namesByCode: ReadonlyMap<number, KeyName> = new Map([
  [9, 'tab'],
  [13, 'enter'],
  [27, 'escape'],
  [8, 'backspace'],
  [127, 'backspace'],
])

interface Modifiers {
  readonly ctrl: boolean
  readonly alt: boolean
  readonly shift: boolean
}

const none: Modifiers = { ctrl: false, alt: false, shift: false }

/** One more than the sum of 1 (Shift), 2 (Alt), 4 (Ctrl). */
function modifiersOf(parameter: string): Modifiers {
  const bits = Math.max(0, (Number.parseInt(parameter, 10) || 1) - 1)
  return { shift: (bits & 1) !== 0, alt: (bits & 2) !== 0, ctrl: (bits & 4) !== 0 }
}

/** One character, which may be half of a pair. */
function plain(input: string, at: number, alt: boolean): Step | undefined {
  const code = input.codePointAt(at)
  if (code === undefined) return undefined
  const character = String.fromCodePoint(code)
  const end = at + character.length
  const name = namesByCode.get(code)
  if (name !== undefined) return { end, key: named(name, { ...none, alt }) }
  if (code < 0x20) {
    const letter = String.fromCharCode(code + 0x60)
    return { end, key: /[a-z]/.test(letter) ? chord(letter, { ctrl: true, alt }) : undefined }
  }
  if (alt) return { end, key: chord(character, { ctrl: false, alt }) }
  return { end, key: { kind: 'text', text: character } }
}

function named(name: KeyName, { ctrl, alt, shift }: Modifiers = none): Key {
  return { kind: 'key', name, ctrl, alt, shift }
}

function chord(letter: string, { ctrl, alt }: Pick<Modifiers, 'ctrl' | 'alt'>): Key {
  return { kind: 'chord', letter, ctrl, alt }
}

/**
 * @module What a person does at a keyboard, as far as a terminal tells.
 */

export type KeyName =
  | 'enter'
  | 'tab'
  | 'escape'
  | 'backspace'
  | 'delete'
  | 'insert'
  | 'up'
  | 'down'
  | 'left'
  | 'right'
  | 'home'
  | 'end'
  | 'page-up'
  | 'page-down'

export type Key =
  | {
      readonly kind: 'key'
      readonly name: KeyName
      readonly ctrl: boolean
      readonly alt: boolean
      readonly shift: boolean
    }
  /** A letter with Ctrl or Alt held: `ctrl+k` is the letter `k`. */
  | {
      readonly kind: 'chord'
      readonly letter: string
      readonly ctrl: boolean
      readonly alt: boolean
    }
  /** Typed. */
  | { readonly kind: 'text'; readonly text: string }
  /** Pasted at once: never a command, whatever is in it. */
  | { readonly kind: 'paste'; readonly text: string }

/** `ctrl+k`, `alt+enter`, `page-up`: for tables of keys. Undefined for text. */
export function nameOfKey(key: Key): string | undefined {
  if (key.kind === 'text' || key.kind === 'paste') return undefined
  const shift = key.kind === 'key' && key.shift
  const parts = [key.ctrl ? 'ctrl' : '', key.alt ? 'alt' : '', shift ? 'shift' : '']
  return [...parts, key.kind === 'key' ? key.name : key.letter]
    .filter((part) => part !== '')
    .join('+')
}

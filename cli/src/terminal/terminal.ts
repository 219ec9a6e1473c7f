/**
 * @module What commands have of a terminal, or of the pipe in its place. Whatever is said goes through `printable`, so
 * nobody's name can move the cursor.
 */
import type { Key } from '#input/key.ts'
import type { Span } from '#screen/ink.ts'

export type Line = string | readonly Span[]

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Terminal {
  /** A person is there who can be asked. */
  readonly canAsk: boolean
  /** Output goes to a person, not to a file or a program. */
  readonly isScreen: boolean
  readonly hasColour: boolean
  readonly size: Size
  /** One line of standard output. */
  say(line?: Line): void
  /** One line of standard output that is a program's to read: `jsonLine` made it safe. */
  emit(line: string): void
  /** One line of standard error. */
  complain(line: Line): void
  /**
   * Asks on the terminal, even when standard input is a pipe. Without one there is nobody to ask, and it refuses.
   * Rejects with `Interrupted` on Ctrl-C.
   */
  ask(question: string, options?: { readonly isHidden?: boolean }): Promise<string>
  /** Standard input to its end. */
  readInput(): Promise<string>
  readInputBytes(): Promise<Uint8Array>
  /** Standard output as it is, for a file or a program. */
  emitBytes(bytes: Uint8Array): Promise<void>
  /** Whether standard input is a pipe or a file. */
  readonly hasInput: boolean
  /** What is said until it is disposed goes with it, and is in no scrollback. */
  sayInPassing(): Disposable
  /** The whole window, until it is disposed. */
  takeScreen(handlers: ScreenHandlers): Screen
}

export interface ScreenHandlers {
  keys(keys: readonly Key[]): void
  resized(size: Size): void
}

export interface Screen extends Disposable {
  /** As `paint` made it. */
  write(output: string): void
}

/** Somebody pressed Ctrl-C, or the system asked the program to end. */
export class Interrupted extends Error {
  constructor() {
    super('Interrupted')
    this.name = 'Interrupted'
  }
}

/**
 * @module What a row of the command table says. From it come the parser, `--help`, `docs/cli.md` and the completions, so
 * none of them can know a flag that the others do not.
 */

export type Reading<Value> =
  | { readonly kind: 'read'; readonly value: Value }
  /** How it must be: "must be a whole number of at least 1". */
  | { readonly kind: 'refused'; readonly must: string }

/** Named by its key in the table: `noWait` is `--no-wait`. */
export interface Flag<Value> {
  readonly prose: string
  /** What stands behind the flag; a switch has nothing there. */
  readonly label?: string | undefined
  /** The words that it may be, when there are only a few. */
  readonly words?: readonly string[] | undefined
  readonly read: (text: string) => Reading<Value>
  readonly initial: Value
  /** How help writes what holds without it. */
  readonly byDefault?: string | undefined
}

export interface Argument<Value> {
  readonly prose: string
  readonly isRequired: boolean
  readonly words?: readonly string[] | undefined
  /** Takes all words that are left. */
  readonly isRest?: boolean | undefined
  /** Everything from it on is taken as it stands, flags of another program included. */
  readonly isVerbatim?: boolean | undefined
  readonly read: (words: readonly string[]) => Value
}

export interface Example {
  readonly line: string
  readonly prose: string
}

export interface Command<
  Arguments extends Readonly<Record<string, Argument<unknown>>> = Readonly<
    Record<string, Argument<unknown>>
  >,
  Flags extends Readonly<Record<string, Flag<unknown>>> = Readonly<Record<string, Flag<unknown>>>,
> {
  /** One sentence for a list. */
  readonly summary: string
  /** What else there is to know; paragraphs. */
  readonly prose?: readonly string[] | undefined
  readonly args: Arguments
  readonly flags: Flags
  readonly examples?: readonly Example[] | undefined
}

type ValueOf<Of> =
  Of extends Flag<infer Value> ? Value : Of extends Argument<infer Value> ? Value : never

/** What a command is called with. */
export interface Given<Of extends Pick<Command, 'args' | 'flags'>> {
  readonly args: { readonly [Name in keyof Of['args']]: ValueOf<Of['args'][Name]> }
  readonly flags: { readonly [Name in keyof Of['flags']]: ValueOf<Of['flags'][Name]> }
}

/** Keeps the exact types of a row. */
export function command<
  const Arguments extends Readonly<Record<string, Argument<unknown>>>,
  const Flags extends Readonly<Record<string, Flag<unknown>>>,
>(row: Command<Arguments, Flags>): Command<Arguments, Flags> {
  return row
}

export function flagName(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

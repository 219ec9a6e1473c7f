/**
 * @module What an option is: one row that gives its flags, variables, type, default, help text and page entry.
 * The rows stand in `table/`, the shapes of their values in `shapes.ts`.
 */

/** A value that was understood, or what it must be instead ('must be …'). */
export type Reading<T> =
  { readonly kind: 'read'; readonly value: T } | { readonly kind: 'refused'; readonly must: string }

/** How the text of one kind of value is written and read. */
export interface Shape<T> {
  /** Stands for the value in the help: `--port NUMBER`. */
  readonly label: string
  /** What may be written, as the end of the sentence 'Value: …'. */
  readonly allowed: string
  readonly read: (text: string) => Reading<T>
  /** The flag alone, without `=value`, means true. */
  readonly isSwitch?: true
  /** The value is never repeated in a message. */
  readonly isSecret?: true
  /** The flag may be given several times; the values are joined by commas. */
  readonly isList?: true
}

export interface Option<T> {
  /** The first is the option's name, and gives its `SOTTO_…` variable. */
  readonly flags: readonly [string, ...string[]]
  /** Other systems' names for the same thing, the preferred first. All yield to the `SOTTO_…` one. */
  readonly variables: readonly string[]
  readonly shape: Shape<T>
  /** As an operator would write it; undefined when the option is unset by default. */
  readonly byDefault: string | undefined
  /** What being unset means, for the help. */
  readonly whenUnset: string | undefined
  readonly prose: string
  /** Variables with a language of their own, turned into this option's; undefined when they say nothing about it. */
  readonly translate: Readonly<Record<string, (text: string) => string | undefined>>
}

interface Described<T> {
  readonly flags: readonly [string, ...string[]]
  readonly variables?: readonly string[]
  readonly shape: Shape<T>
  readonly prose: string
  readonly translate?: Readonly<Record<string, (text: string) => string | undefined>>
}

/** An option that always has a value. */
export function option<T>(described: Described<T> & { readonly byDefault: string }): Option<T> {
  return { variables: [], translate: {}, ...described, whenUnset: undefined }
}

/** An option that may be unset; `whenUnset` says what happens then. */
export function optional<T>(
  described: Described<T> & { readonly whenUnset: string },
): Option<T | undefined> {
  return { variables: [], translate: {}, ...described, byDefault: undefined }
}

/** A documented option of another system that changes nothing here: its value is not even looked at. */
export interface WithoutEffect {
  readonly flags: readonly string[]
  readonly variables: readonly string[]
  /** What it means over there. */
  readonly prose: string
  /** Why it has no effect here, and what to use instead. Options that share a reason share one warning. */
  readonly why: string
}

/** The variables of an option in order of preference: our own name, prefixed names, plain names. */
export function variablesOf(one: Option<unknown>): readonly string[] {
  return [`SOTTO_${one.flags[0].slice(2).replaceAll('-', '_').toUpperCase()}`, ...one.variables]
}

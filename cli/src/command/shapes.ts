/**
 * @module The kinds of flags and arguments that there are.
 */
import type { Argument, Flag } from '#command/command.ts'

export function toggle(prose: string): Flag<boolean> {
  return { prose, read: () => ({ kind: 'read', value: true }), initial: false }
}

export function text(label: string, prose: string, byDefault?: string): Flag<string | undefined> {
  return {
    prose,
    label,
    read: (value) => ({ kind: 'read', value }),
    initial: undefined,
    byDefault,
  }
}

export function choice<const Word extends string>(
  words: readonly Word[],
  prose: string,
): Flag<Word | undefined> {
  return {
    prose,
    label: words.join('|'),
    words,
    read: (word) => {
      const value = words.find((each) => each === word)
      return value === undefined
        ? { kind: 'refused', must: `must be ${words.join(' or ')}` }
        : { kind: 'read', value }
    },
    initial: undefined,
  }
}

export function count(
  {
    min,
    max,
    byDefault,
  }: { readonly min: number; readonly max: number; readonly byDefault: number },
  prose: string,
): Flag<number> {
  return {
    prose,
    label: 'N',
    read: (given) => {
      const value = Number(given)
      return /^\d{1,9}$/.test(given) && value >= min && value <= max
        ? { kind: 'read', value }
        : { kind: 'refused', must: `must be a whole number from ${min} to ${max}` }
    },
    initial: byDefault,
    byDefault: String(byDefault),
  }
}

const secondMillis = 1000
const unitMillis: ReadonlyMap<string, number> = new Map([
  ['s', secondMillis],
  ['m', 60 * secondMillis],
  ['h', 3600 * secondMillis],
  ['d', 86_400 * secondMillis],
  ['w', 7 * 86_400 * secondMillis],
])

/** In milliseconds: `2d`. Undefined for what is none, and for more than so many days. */
export function durationOf(given: string, maxDays: number): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,6})([smhdw])$/.exec(given) ?? []
  const millis = Number(digits) * (unitMillis.get(unit) ?? Number.NaN)
  return millis > 0 && millis <= maxDays * 86_400 * secondMillis ? millis : undefined
}

/** In milliseconds. */
export function duration(
  label: string,
  { byDefault, maxDays }: { readonly byDefault: string; readonly maxDays: number },
  prose: string,
): Flag<number> {
  const must = `must be a number and s, m, h, d or w, and not above ${maxDays} days: 2d`
  return {
    prose,
    label,
    read: (given) => {
      const value = durationOf(given, maxDays)
      return value === undefined ? { kind: 'refused', must } : { kind: 'read', value }
    },
    initial: durationOf(byDefault, maxDays) ?? 0,
    byDefault,
  }
}

export function required(prose: string, words?: readonly string[]): Argument<string> {
  return { prose, isRequired: true, words, read: ([word = '']) => word }
}

export function optional(prose: string): Argument<string | undefined> {
  return { prose, isRequired: false, read: ([word]) => word }
}

/** One text of all words that are left. */
export function sentence(prose: string): Argument<string> {
  return { prose, isRequired: true, isRest: true, read: (words) => words.join(' ') }
}

export function optionalSentence(prose: string): Argument<string | undefined> {
  return {
    prose,
    isRequired: false,
    isRest: true,
    read: (words) => (words.length === 0 ? undefined : words.join(' ')),
  }
}

/** Another program with its own arguments. */
export function program(prose: string): Argument<readonly string[]> {
  return { prose, isRequired: true, isRest: true, isVerbatim: true, read: (words) => words }
}

/**
 * @module Reads a command line against the table: which command, and what it is given. What is wrong is one sentence for
 * a person, and what to do about it is another.
 */
import { type Argument, type Command, type Flag, flagName } from '#command/command.ts'
import { type CommandName, commands, globalFlags, shorthands } from '#command/table.ts'
import { nearest } from '#text/nearest.ts'
import { printable } from '#text/printable.ts'

export interface Line {
  readonly name: CommandName
  readonly args: Readonly<Record<string, unknown>>
  /** Those of every command, too. */
  readonly flags: Readonly<Record<string, unknown>>
}

export type Parsed =
  | { readonly kind: 'run'; readonly line: Line }
  /** Of everything, of a group such as `contacts`, or of one command. */
  | { readonly kind: 'help'; readonly about: string | undefined }
  | { readonly kind: 'version' }
  /** For stderr, with exit code 2. */
  | { readonly kind: 'refused'; readonly text: string }

class Refused extends Error {}

export function parse(argv: readonly string[]): Parsed {
  try {
    return read(inFull(argv))
  } catch (error) {
    if (error instanceof Refused) return { kind: 'refused', text: error.message }
    throw error
  }
}

const names = Object.keys(commands).filter(isCommandName)

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commands, name)
}

/** Every first word, alone or of a group. */
export const firstWords: readonly string[] = [
  ...new Set(names.map((name) => name.split(' ', 1)[0] ?? name)),
]

function read(argv: readonly string[]): Parsed {
  const { words, rest, asked } = split(argv)
  if (asked === 'version') return { kind: 'version' }
  const [first] = words
  if (first === undefined) return { kind: 'help', about: undefined }
  if (first === 'help') return help(words.slice(1))
  const name = nameIn(words)
  if (asked === 'help') return { kind: 'help', about: name ?? groupIn(words) ?? refuseName(words) }
  if (name === undefined) {
    const group = groupIn(words)
    if (group === undefined || words.length > 1) refuseName(words)
    return { kind: 'help', about: group }
  }
  // Where the name is in it, flags and arguments still stand as they came.
  const row: Command = commands[name]
  return { kind: 'run', line: { name, ...readRow(name, row, withoutName(argv, name), rest) } }
}

/** With the two words that the first one may be short for. */
function inFull(argv: readonly string[]): readonly string[] {
  const isHelp = argv[0] === 'help'
  const at = argv.findIndex((token, i) => {
    const isValue = i > 0 && withValue.has(argv[i - 1] ?? '')
    return !token.startsWith('-') && !isValue && !(isHelp && i === 0)
  })
  const word = argv[at] ?? ''
  const full = Object.hasOwn(shorthands, word) ? shorthands[word] : undefined
  return full === undefined ? argv : argv.toSpliced(at, 1, ...full.split(' '))
}

function help(words: readonly string[]): Parsed {
  if (words.length === 0) return { kind: 'help', about: undefined }
  return { kind: 'help', about: nameIn(words) ?? groupIn(words) ?? refuseName(words) }
}

/** The longest name that the words begin with: `contacts show` before `contacts`. */
function nameIn(words: readonly string[]): CommandName | undefined {
  const both = words.slice(0, 2).join(' ')
  if (isCommandName(both)) return both
  const [first = ''] = words
  return isCommandName(first) ? first : undefined
}

/** Of `contacts` there are only commands of two words. */
function groupIn([first = '', second]: readonly string[]): string | undefined {
  if (second !== undefined && !second.startsWith('-')) return undefined
  return firstWords.find((word) => word === first)
}

function refuseName(words: readonly string[]): never {
  const [first = '', second = ''] = words
  const isGroup = firstWords.includes(first)
  const tried = isGroup ? `${first} ${second}` : first
  const near = nearest(tried, isGroup ? names : firstWords)
  const hint =
    near === undefined
      ? `See: sotto help${isGroup ? ` ${first}` : ''}`
      : `Did you mean: sotto ${near}`
  throw new Refused(`There is no command "${printable(tried)}".\n${hint}`)
}

interface Split {
  /** Neither flags nor their values: what may be the name of a command. */
  readonly words: readonly string[]
  readonly rest: readonly string[]
  readonly asked: 'help' | 'version' | undefined
}

/** Flags that take a value have it behind them, whatever command it is. */
const withValue: ReadonlySet<string> = new Set(
  [globalFlags, ...names.map((name) => commands[name].flags)].flatMap((flags) =>
    Object.entries<Flag<unknown>>(flags)
      .filter(([, flag]) => flag.label !== undefined)
      .map(([key]) => flagName(key)),
  ),
)

function split(argv: readonly string[]): Split {
  const words: string[] = []
  let asked: Split['asked']
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word === '--') return { words, rest: argv.slice(at + 1), asked }
    const name = nameIn(words)
    // What follows the name of another program is that program's.
    if (name !== undefined && isVerbatim(name) && words.length > name.split(' ').length) {
      return { words, rest: [], asked }
    }
    if (word === '--help' || word === '-h') asked = 'help'
    else if (word === '--version' || word === '-V') asked ??= 'version'
    else if (!isFlag(word)) words.push(word)
    else if (withValue.has(word)) at++
  }
  return { words, rest: [], asked }
}

function isVerbatim(name: CommandName): boolean {
  return Object.values<Argument<unknown>>(commands[name].args).some((each) => each.isVerbatim)
}

/** A lone dash is standard input, and a number below zero is a number. */
function isFlag(word: string): boolean {
  return /^--?[A-Za-z]/.test(word)
}

function withoutName(argv: readonly string[], name: CommandName): readonly string[] {
  const left = name.split(' ')
  const end = argv.indexOf('--')
  const before = end === -1 ? argv : argv.slice(0, end)
  return before.filter((word, at) => {
    const isOfName = left[0] === word && !withValue.has(before[at - 1] ?? '')
    if (isOfName) left.shift()
    return !isOfName
  })
}

function readRow(
  name: CommandName,
  row: Command,
  argv: readonly string[],
  rest: readonly string[],
): Pick<Line, 'args' | 'flags'> {
  const known = new Map<string, readonly [string, Flag<unknown>]>(
    Object.entries<Flag<unknown>>({ ...row.flags, ...globalFlags }).map((entry) => [
      flagName(entry[0]),
      entry,
    ]),
  )
  const flags: Record<string, unknown> = {}
  for (const [key, flag] of known.values()) flags[key] = flag.initial
  const words: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (isVerbatim(name) && words.length > 0) {
      words.push(...argv.slice(at))
      break
    }
    if (!isFlag(word)) {
      words.push(word)
      continue
    }
    const [given, inline] = atEquals(word)
    const found = known.get(given)
    if (found === undefined) throw unknownFlag(name, given, [...known.keys()])
    const [key, flag] = found
    const isSwitch = flag.label === undefined
    if (isSwitch && inline !== undefined) {
      throw new Refused(`${given} takes no value.\nSee: sotto help ${name}`)
    }
    const value = isSwitch ? '' : (inline ?? argv[++at])
    if (value === undefined || (!isSwitch && value === '')) {
      throw new Refused(`${given} needs a value: ${given} ${flag.label}.\nSee: sotto help ${name}`)
    }
    const reading = flag.read(value)
    if (reading.kind === 'refused') {
      throw new Refused(`${given} ${reading.must}.\nSee: sotto help ${name}`)
    }
    flags[key] = reading.value
  }
  return { flags, args: readArguments(name, row, [...words, ...rest]) }
}

function readArguments(
  name: CommandName,
  row: Command,
  words: readonly string[],
): Readonly<Record<string, unknown>> {
  const left = [...words]
  const args: Record<string, unknown> = {}
  for (const [key, argument] of Object.entries<Argument<unknown>>(row.args)) {
    const taken = argument.isRest === true ? left.splice(0) : left.splice(0, 1)
    if (taken.length === 0 && argument.isRequired) {
      throw new Refused(
        `sotto ${name} needs ${label(key)}: ${argument.prose}\nSee: sotto help ${name}`,
      )
    }
    const [word] = taken
    if (argument.words !== undefined && word !== undefined && !argument.words.includes(word)) {
      throw new Refused(
        `${label(key)} must be ${argument.words.join(' or ')}.\nSee: sotto help ${name}`,
      )
    }
    args[key] = argument.read(taken)
  }
  if (left.length > 0) {
    throw new Refused(
      `sotto ${name} does not take "${printable(left[0] ?? '')}". Put texts with spaces in quotes.\n` +
        `See: sotto help ${name}`,
    )
  }
  return args
}

export function label(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter}`).toUpperCase()
}

function unknownFlag(name: CommandName, given: string, flags: readonly string[]): Refused {
  const near = nearest(given, [...flags, '--help', '--version'])
  const hint = near === undefined ? `See: sotto help ${name}` : `Did you mean: ${near}`
  return new Refused(`sotto ${name} has no ${printable(given)}.\n${hint}`)
}

function atEquals(word: string): readonly [string, string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

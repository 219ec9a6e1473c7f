/**
 * @module Reads command line and environment against the table. Flags win over variables, variables over defaults;
 * among the variables of one option the first of its list that is set wins. Everything that is wrong is collected.
 *
 * Values can be secrets put in the wrong place, so a message repeats a value only where it was given to an option that
 * is no secret. Stray words are never repeated.
 */
import { nearest } from '#options/nearest.ts'
import { variablesOf, type Option, type WithoutEffect } from '#options/option.ts'
import { groups, type OptionKey, type Values } from '#options/table.ts'
import { withoutEffect } from '#options/table/without-effect.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface ReadOptions {
  readonly asked: 'help' | 'version' | undefined
  /** Complete when there are no problems. */
  readonly values: Values
  /** The flag or variable that an option's value came from; options at their defaults are not in it. */
  readonly sources: ReadonlyMap<string, string>
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

interface Given {
  readonly name: string
  readonly texts: string[]
}

const rows: readonly (readonly [string, Option<unknown>])[] = groups.flatMap((group) =>
  Object.entries(group.options),
)

const rowsByFlag = new Map<string, Option<unknown> | WithoutEffect>([
  ...rows.flatMap(([, row]) => row.flags.map((flag) => [flag, row] as const)),
  ...withoutEffect.flatMap((row) => row.flags.map((flag) => [flag, row] as const)),
])

const knownVariables = new Set([
  ...rows.flatMap(([, row]) => variablesOf(row)),
  ...withoutEffect.flatMap((row) => row.variables),
])

export function readOptions(argv: readonly string[], env: Environment): ReadOptions {
  const problems: string[] = []
  const warnings: string[] = []
  const line = readCommandLine(argv, problems)
  const values: Record<string, unknown> = {}
  const sources = new Map<string, string>()
  for (const [key, row] of rows) {
    const given = line.given.get(row) ?? givenByEnvironment(row, env, warnings)
    if (given !== undefined) sources.set(key, given.name)
    values[key] = given === undefined ? defaultOf(row) : readValue(row, given, problems)
  }
  warnings.push(...warnOfNoEffect(line.given, env), ...warnOfUnknownVariables(env))
  // Every key of the table was visited, with the reader of its own row.
  return { asked: line.asked, values: values as Values, sources, problems, warnings }
}

/** What a reading of the whole table calls `key`'s row: for messages about options that belong together. */
export function flagOf(key: OptionKey): string {
  return rows.find(([name]) => name === key)?.[1].flags[0] ?? key
}

// ------------------------------------------------------------------------------------------- command line

interface CommandLine {
  readonly asked: 'help' | 'version' | undefined
  readonly given: ReadonlyMap<Option<unknown> | WithoutEffect, Given>
}

function readCommandLine(argv: readonly string[], problems: string[]): CommandLine {
  const given = new Map<Option<unknown> | WithoutEffect, Given>()
  let asked: CommandLine['asked']
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? ''
    if (word === '--help' || word === '-h') asked = 'help'
    else if (word === '--version' || word === '-V') asked ??= 'version'
    else if (!word.startsWith('--')) problems.push(strayWord(argv, i))
    else {
      const [flag, inline] = splitAtEquals(word)
      const next = argv[i + 1]
      const hasNext = next !== undefined && !next.startsWith('--')
      const row = rowsByFlag.get(flag)
      if (row === undefined) {
        problems.push(followsSecret(argv, i) ? strayWord(argv, i) : unknownFlag(flag))
        // The value of a misspelt flag is not a stray word of its own.
        if (inline === undefined && hasNext) i += 1
        continue
      }
      const isSwitch = 'shape' in row && row.shape.isSwitch === true
      if (inline === undefined && !isSwitch && hasNext) i += 1
      const text = inline ?? (isSwitch ? 'true' : hasNext ? next : undefined)
      if (text === undefined || text === '') problems.push(`Cannot use ${flag}: it needs a value`)
      else keep(given, row, flag, text, problems)
    }
  }
  return { asked, given }
}

function keep(
  given: Map<Option<unknown> | WithoutEffect, Given>,
  row: Option<unknown> | WithoutEffect,
  flag: string,
  text: string,
  problems: string[],
): void {
  const earlier = given.get(row)
  if (earlier === undefined) given.set(row, { name: flag, texts: [text] })
  else if ('shape' in row && row.shape.isList === true) earlier.texts.push(text)
  else {
    const also = earlier.name === flag ? 'it is given twice' : `${earlier.name} says the same thing`
    problems.push(`Cannot use ${flag}: ${also}`)
  }
}

function splitAtEquals(word: string): readonly [string, string | undefined] {
  const at = word.indexOf('=')
  return at < 0 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

function unknownFlag(flag: string): string {
  const near = nearest(flag, [...rowsByFlag.keys(), '--help', '--version'])
  const hint = near === undefined ? '' : `. The nearest is ${near}`
  return `Cannot use ${printable(flag)}: there is no such option${hint}`
}

/** `--jwt-secret --my-password`: the second word is no option, it is the secret. */
function followsSecret(argv: readonly string[], at: number): boolean {
  const row = rowsByFlag.get(argv[at - 1] ?? '')
  return row !== undefined && 'shape' in row && row.shape.isSecret === true
}

function strayWord(argv: readonly string[], at: number): string {
  const before = argv[at - 1]
  const [flag] = splitAtEquals(before ?? '')
  if (!rowsByFlag.has(flag)) {
    return `Cannot use argument ${at + 1}: values follow a flag, and flags begin with --`
  }
  return `Cannot use the word after ${flag}: write ${flag}=value, in quotes if there are spaces in it`
}

// -------------------------------------------------------------------------------------------- environment

function givenByEnvironment(
  row: Option<unknown>,
  env: Environment,
  warnings: string[],
): Given | undefined {
  for (const name of variablesOf(row)) {
    const text = env[name]?.trim()
    if (text === undefined || text === '') continue
    const translate = row.translate[name]
    if (translate === undefined) return { name, texts: [text] }
    const translated = translate(text)
    if (translated !== undefined) return { name, texts: [translated] }
    warnings.push(`${name} says nothing about ${row.flags[0]} and is ignored`)
  }
  return undefined
}

/** A misspelt variable would otherwise be ignored in silence. */
function warnOfUnknownVariables(env: Environment): string[] {
  return Object.keys(env)
    .filter((name) => /^(?:SOTTO|OBSCURA|SC)_/.test(name) && !knownVariables.has(name))
    .filter((name) => (env[name] ?? '') !== '')
    .filter((name) => !ofKubernetes.test(name))
    .toSorted()
    .flatMap((name) => {
      const near = nearest(name, [...knownVariables])
      // Two letters are anybody's prefix: only what looks like one of ours is worth a word.
      if (near === undefined && name.startsWith('SC_')) return []
      const hint = near === undefined ? '' : `. The nearest that is understood is ${near}`
      return [`${printable(name)} is not understood and is ignored${hint}`]
    })
}

/** What Kubernetes sets for a service that is called like one of our prefixes. */
const ofKubernetes = /_SERVICE_(?:HOST|PORT)|_PORT_\d+_(?:TCP|UDP)/

function warnOfNoEffect(
  given: ReadonlyMap<Option<unknown> | WithoutEffect, Given>,
  env: Environment,
): string[] {
  const namesByReason = new Map<string, string[]>()
  for (const row of withoutEffect) {
    const names = row.variables.filter((name) => (env[name] ?? '').trim() !== '')
    const flag = given.get(row)?.name
    if (flag !== undefined) names.unshift(flag)
    if (names.length > 0)
      namesByReason.set(row.why, [...(namesByReason.get(row.why) ?? []), ...names])
  }
  return [...namesByReason].map(
    ([why, names]) => `${names.join(', ')} ${names.length > 1 ? 'have' : 'has'} no effect. ${why}`,
  )
}

// ------------------------------------------------------------------------------------------------- values

function defaultOf(row: Option<unknown>): unknown {
  if (row.byDefault === undefined) return undefined
  const reading = row.shape.read(row.byDefault)
  if (reading.kind === 'refused') {
    throw new TypeError(`Cannot use the default of ${row.flags[0]}: it ${reading.must}`)
  }
  return reading.value
}

function readValue(row: Option<unknown>, given: Given, problems: string[]): unknown {
  const text = given.texts.join(',')
  const reading = row.shape.read(text)
  if (reading.kind === 'read') return reading.value
  const value = row.shape.isSecret === true ? '' : ` ${printable(JSON.stringify(text))}`
  problems.push(`Cannot use ${given.name}${value}: ${reading.must}`)
  return undefined
}

/** Short and without control characters: what is printed goes to a terminal. */
function printable(text: string): string {
  const plain = text.replaceAll(/[^ -~]/g, '?')
  return plain.length > 80 ? `${plain.slice(0, 77)}...` : plain
}

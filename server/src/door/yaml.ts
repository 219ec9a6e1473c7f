/**
 * @module Writes plain data as YAML 1.2 that older parsers read the same way: block style, one line a scalar, and quotes
 * around every string that is not plainly a name or a sentence.
 */

export type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [name: string]: Plain | undefined }

export function toYaml(value: Plain): string {
  return `${lines(value).join('\n')}\n`
}

function lines(value: Plain): string[] {
  if (value === null || typeof value !== 'object') return [scalar(value)]
  if (isList(value)) {
    return value.length === 0 ? ['[]'] : value.flatMap((item) => nested('-', lines(item)))
  }
  const entries = Object.entries(value).filter(([, member]) => member !== undefined)
  if (entries.length === 0) return ['{}']
  return entries.flatMap(([name, member = null]) => {
    const key = `${text(name)}:`
    return isBranch(member) ? [key, ...lines(member).map(indent)] : nested(key, lines(member))
  })
}

/** A first line behind its mark, the others below it. */
function nested(mark: string, [first = '', ...rest]: readonly string[]): string[] {
  return [`${mark} ${first}`, ...rest.map(indent)]
}

function indent(line: string): string {
  return `  ${line}`
}

function isList(value: object): value is readonly Plain[] {
  return Array.isArray(value)
}

function isBranch(value: Plain): boolean {
  if (value === null || typeof value !== 'object') return false
  return isList(value) ? value.length > 0 : Object.values(value).some((each) => each !== undefined)
}

function scalar(value: null | boolean | number | string): string {
  if (typeof value === 'string') return text(value)
  if (typeof value !== 'number') return String(value)
  if (!Number.isFinite(value)) throw new RangeError(`Cannot write ${value}: must be finite`)
  return Object.is(value, -0) ? '-0.0' : String(value)
}

/** Begins with a letter or a slash, so it is no number and no date; has nothing that could end or change it. */
const plainText = /^[A-Za-z/$](?:[\w ./{}()*+,;'@$=~^<>-]*[\w./{}()*+;$=~^<>-])?$/

/** What every reader of OpenAPI expects bare, and no parser takes for a number. */
const version = /^\d+\.\d+\.\d+$/

/** Words that a parser of YAML 1.1 or 1.2 takes for something else. */
const reserved = /^(?:true|false|null|yes|no|on|off|y|n)$/i

/** What JSON leaves bare and YAML does not allow bare (YAML 1.2 \u00a75.1), or reads as a line break. */
const unprintable = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g

function text(value: string): string {
  if (version.test(value) || (plainText.test(value) && !reserved.test(value))) return value
  return JSON.stringify(value).replaceAll(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

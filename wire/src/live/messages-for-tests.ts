/**
 * @module Random live messages, made from what their schemas say of themselves: from the labels that the page of the
 * protocol shows.
 */
import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import type { DescribedField, Kind } from '#live/kinds.ts'
import type { Message } from '#live/schema.ts'
import type { DownMessage } from '#live/down.ts'
import type { UpMessage } from '#live/up.ts'

type Described = Readonly<Record<string, DescribedField>>

/** Values of one field, by its label. Lists are short: few of them are more than a page. */
function valuesOf(label: string, fields: Described | undefined): fc.Arbitrary<unknown> {
  const either = label.split('; or ')
  if (either.length > 1) return fc.oneof(...either.map((each) => valuesOf(each, fields)))
  const list = /^list, up to (\d+): (.*)$/.exec(label)
  if (list !== null) {
    const [, max = '', item = ''] = list
    return fc.array(valuesOf(item, fields), { maxLength: Math.min(Number(max), 8) })
  }
  if (label === 'map' && fields !== undefined) return mapOf(fields)
  if (label === 'nil') return fc.constant(null)
  if (label === 'flag') return fc.boolean()
  if (label === 'any value') {
    // The library reads no map with this one name.
    const values = fc
      .jsonValue({ maxDepth: 2 })
      .filter((value) => !JSON.stringify(value).includes('__proto__'))
    return values.map((value) => encode(value))
  }
  if (label.startsWith('"')) {
    return fc.constantFrom(...Array.from(label.matchAll(/"([^"]+)"/g), ([, word]) => word))
  }
  const [kind = '', range = ''] = label.split(', ')
  const { min, max } = limits(range)
  if (kind === 'bytes') return fc.uint8Array({ minLength: min, maxLength: Math.min(max, 700) })
  if (kind === 'text') return fc.string({ unit: 'binary-ascii', maxLength: Math.min(max, 300) })
  if (kind === 'integer') return fc.maxSafeInteger().filter((value) => value >= min && value <= max)
  throw new TypeError(`Cannot make values: label ${label}, required one that is known`)
}

function limits(range: string): { readonly min: number; readonly max: number } {
  if (range === 'any number') return { min: 0, max: Number.MAX_SAFE_INTEGER }
  const [, exact] = /^(\d+)$/.exec(range) ?? []
  if (exact !== undefined) return { min: Number(exact), max: Number(exact) }
  const [, upTo] = /^up to (\d+)/.exec(range) ?? []
  if (upTo !== undefined) return { min: 0, max: Number(upTo) }
  const [, min, max] = /^(\d+) (?:to (\d+)|or more)/.exec(range) ?? []
  if (min !== undefined) return { min: Number(min), max: Number(max ?? Number.MAX_SAFE_INTEGER) }
  return { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }
}

function mapOf(fields: Described): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const values = Object.entries(fields).map(([name, { kind }]) => [name, kindValues(kind)] as const)
  const required = Object.entries(fields).filter(([, { presence }]) => presence === 'required')
  return fc.record(Object.fromEntries(values), { requiredKeys: required.map(([name]) => name) })
}

function kindValues(kind: Kind<unknown>): fc.Arbitrary<unknown> {
  return valuesOf(kind.label, kind.fields)
}

export function valuesFor(schema: Message): fc.Arbitrary<UpMessage & DownMessage> {
  return mapOf(schema.fields).map(
    // Made from the schema: what it is for one table the test knows.
    (values) => ({ type: schema.name, ...values }) as unknown as UpMessage & DownMessage,
  )
}

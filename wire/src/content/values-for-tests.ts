/**
 * @module Random contents and records, made from what their schemas say of themselves.
 */
import fc from 'fast-check'
import { contentKinds, type Content } from '#content/content.ts'
import type { DescribedField } from '#live/kinds.ts'
import type { Fields, Message, ValuesOf } from '#live/schema.ts'

type Described = Readonly<Record<string, DescribedField>>

export const contentSchemas: readonly Message[] = Object.values(contentKinds)

export function contentsFor({ name, fields }: Message): fc.Arbitrary<Content> {
  // Made from the schema of this very type.
  return mapsOf(fields).map((values) => ({ type: name, ...values }) as unknown as Content)
}

export const anyContent: fc.Arbitrary<Content> = fc.oneof(...contentSchemas.map(contentsFor))

/** Of a map that has no type. */
export function recordsFor<const F extends Fields>(fields: F): fc.Arbitrary<ValuesOf<F>> {
  // Made from these very fields.
  return mapsOf(fields) as fc.Arbitrary<unknown> as fc.Arbitrary<ValuesOf<F>>
}

function mapsOf(fields: Described): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  const values = Object.entries(fields).map(
    ([name, { kind }]) => [name, valuesOf(kind.label, kind.fields)] as const,
  )
  const required = Object.entries(fields).filter(([, { presence }]) => presence === 'required')
  return fc.record(Object.fromEntries(values), { requiredKeys: required.map(([name]) => name) })
}

/** Values of one kind, by its label. Long ones are left to tests of their own. */
function valuesOf(label: string, fields: Described | undefined): fc.Arbitrary<unknown> {
  const [, max, item] = /^list, up to (\d+): (.*)$/.exec(label) ?? []
  if (item !== undefined) {
    return fc.array(valuesOf(item, fields), { maxLength: Math.min(Number(max), 4) })
  }
  if (label === 'map' && fields !== undefined) return mapsOf(fields)
  if (label === 'flag') return fc.boolean()
  if (label.startsWith('"')) {
    return fc.constantFrom(...Array.from(label.matchAll(/"([^"]+)"/g), ([, word]) => word))
  }
  const [kind = '', range = ''] = label.split(', ')
  const { least, most } = rangeOf(range)
  if (kind === 'bytes') return fc.uint8Array({ minLength: least, maxLength: Math.min(most, 2000) })
  if (kind === 'text') return fc.string({ unit: 'binary-ascii', maxLength: Math.min(most, 100) })
  if (kind === 'integer') return fc.integer({ min: least, max: most })
  throw new TypeError(`Cannot make values: label ${label}, required one that is known`)
}

function rangeOf(range: string): { readonly least: number; readonly most: number } {
  const numbers = Array.from(range.matchAll(/\d+/g), ([digits]) => Number(digits))
  const [first = 0, second] = numbers
  if (range.startsWith('up to')) return { least: 0, most: first }
  if (range.endsWith('or more')) return { least: first, most: Number.MAX_SAFE_INTEGER }
  return { least: first, most: second ?? first }
}

/** Copies with several bytes changed, cut out or repeated. */
export function spoilt(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edits = fc.array(fc.tuple(fc.nat(bytes.length), fc.nat(2), fc.nat(255)), {
    minLength: 1,
    maxLength: 6,
  })
  return edits.map((all) => {
    const copy = [...bytes]
    for (const [at, edit, value] of all) {
      if (edit === 0) copy[Math.min(at, copy.length)] = value
      else if (edit === 1) copy.splice(at, 1 + (value % 4))
      else copy.splice(at, 0, ...copy.slice(at, at + (value % 16)))
    }
    return Uint8Array.from(copy)
  })
}

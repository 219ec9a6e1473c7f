/**
 * @module What pages of schemas are made of: paragraphs, tables as the formatter sets them, and a table of fields.
 */
import { wrap } from '@sotto/server/options/wrap.ts'
import type { DescribedField } from '@sotto/wire/live'

const columns = 100

type Described = Readonly<Record<string, DescribedField>>

/** A table of fields, those of the maps in them below each. */
export function fieldTable(fields: Described, marksOurs: boolean): string {
  return table(['field', 'what it holds', 'needed', 'what it means'], rows(fields, marksOurs, ''))
}

function rows(
  fields: Described,
  marksOurs: boolean,
  before: string,
): readonly (readonly string[])[] {
  return Object.entries(fields).flatMap(([name, { kind, presence, prose, isOurs }]) => [
    [
      code(before + name),
      kind.label,
      presence === 'required' ? 'yes' : '',
      marksOurs && isOurs ? `Ours. ${prose}` : prose,
    ],
    ...(kind.fields === undefined
      ? []
      : rows(kind.fields, marksOurs, below(before, name, kind.label))),
  ])
}

/** How fields of a map inside `name` are called: `[]` stands for each of a list. */
function below(before: string, name: string, label: string): string {
  return `${before}${name}${label.startsWith('list') ? '[]' : ''}.`
}

/** As the formatter sets it. */
export function table(heads: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = heads.map((head, i) =>
    Math.max(3, head.length, ...body.map((row) => row[i]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width)).join(' | ')} |`
  return [heads, widths.map((width) => '-'.repeat(width)), ...body].map(line).join('\n')
}

export function paragraph(prose: string): string {
  return wrap(prose, columns, '').join('\n')
}

export function item(prose: string): string {
  return `- ${wrap(prose, columns - 2, '  ')
    .join('\n')
    .trimStart()}`
}

export function code(name: string): string {
  return `\`${name}\``
}

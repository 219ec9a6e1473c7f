/**
 * @module What a history of schemas is made of: all that matters of them on the wire, and the lines of the page that
 * keeps it.
 */
import type { DescribedField } from '#live/kinds.ts'

type Described = Readonly<Record<string, DescribedField>>

/** Names, labels and presence: everything but prose. */
function shape(fields: Described): unknown {
  return Object.entries(fields).map(([name, { kind, presence }]) => [
    name,
    kind.label,
    kind.fields === undefined ? [] : shape(kind.fields),
    presence,
  ])
}

/** What a fingerprint is taken of: schemas in their order, each by its name. */
export function shapeOf(schemas: readonly (readonly [string, Described])[]): string {
  return JSON.stringify(schemas.map(([name, fields]) => [name, shape(fields)]))
}

export interface HistoryLine {
  readonly version: number
  readonly fingerprint: string
}

/** The rows of the table in a page: version, fingerprint, what changed. */
export function historyLines(page: string): readonly HistoryLine[] {
  const rows = page.matchAll(/^\| +(\d+) +\| +`([0-9a-f]{64})` +\| +\S.*? +\|$/gm)
  return Array.from(rows, ([, version = '', fingerprint = '']) => ({
    version: Number(version),
    fingerprint,
  }))
}

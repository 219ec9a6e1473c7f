/**
 * @module What a recording relay has learned, as a table for people.
 */
import type { InnerRequest, RecordingRelay } from '#clients/recording-relay.ts'

interface Row {
  readonly members: Set<string>
  readonly sizes: Map<string, number>
  count: number
}

export function tableOf({ requests, frames }: RecordingRelay): string {
  const rows = new Map<string, Row>()
  for (const { method, path, body, inner } of requests) {
    const isSealed = path === '/v2/ohttp'
    if (inner === undefined || isSealed) {
      add(rows, `${method} ${path}, from outside`, [], `${body.length}`)
    }
    if (inner === undefined) continue
    const place = inner.path.replace(/[0-9a-f-]{36}$/, '{id}')
    add(rows, `${inner.method} ${place}`, membersOf(inner), sizeOf(inner))
  }
  for (const { message } of frames) {
    const { type, ...members } = message
    const said = Object.entries(members).filter(([, value]) => value !== undefined)
    add(
      rows,
      `live: ${type}`,
      said.map(([name]) => name),
      countOf(said),
    )
  }
  const lines = [...rows]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, row]) => {
      const sizes = [...row.sizes].map(([size, count]) => `${count} × ${size}`).join(', ')
      return `| ${what} | ${row.count} | ${[...row.members].join(', ')} | ${sizes} |`
    })
  return ['| what | times | names | sizes in bytes |', '| --- | --- | --- | --- |', ...lines].join(
    '\n',
  )
}

function add(rows: Map<string, Row>, what: string, members: readonly string[], size: string): void {
  const row: Row = rows.get(what) ?? {
    members: new Set<string>(),
    sizes: new Map<string, number>(),
    count: 0,
  }
  rows.set(what, row)
  row.count++
  for (const member of members) row.members.add(member)
  row.sizes.set(size, (row.sizes.get(size) ?? 0) + 1)
}

function membersOf({ content, headers }: InnerRequest): readonly string[] {
  if (!headers.some(([name, value]) => name === 'content-type' && value === 'application/json')) {
    return []
  }
  const value: unknown = JSON.parse(content.toString())
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}

/** Of the letters, where there are some. */
function sizeOf({ path, content }: InnerRequest): string {
  if (path !== '/v2/send') return `${content.length}`
  const [, text = ''] = /"ciphertext":"([^"]*)"/.exec(content.toString()) ?? []
  return `${Buffer.from(text, 'base64').length}`
}

/** Of lists how many, of bytes how long. */
function countOf(members: readonly (readonly [string, unknown])[]): string {
  return members
    .flatMap(([name, value]) => {
      if (value instanceof Uint8Array) return [`${name} ${value.length}`]
      return Array.isArray(value) ? [`${name}[${value.length}]`] : []
    })
    .join(' ')
}

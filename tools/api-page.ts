/**
 * @module Writes docs/sdk-api.md from the sources of `sdk/`: everything that its doors hand out, as it is declared, with its
 * docstring. `api-page.test.ts` fails when the page is older than the sources, and names what has no docstring.
 */
import { writeFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { type Declaration, declarationAt, headerOf } from './api/declaration.ts'
import { type Door, doorsOf, type Group, type Place } from './api/doors.ts'
import { mentionsOf } from './api/mentions.ts'
import { root } from './repository.ts'
import { code, item, paragraph, table } from './schema-page.ts'

const intro = [
  'This page is generated from the sources of `sdk/` by `bun tools/api-page.ts`. It has everything that a program can ' +
    'import, with what the sources say of it. [sdk/README.md](../sdk/README.md) says how it belongs together.',
  'Names that end in `Millis` are milliseconds, times are such since 1970. Bytes in records are texts in hex. What a function refuses ' +
    'is a `SottoError`, whose codes are [listed](#errorcodes).',
]

export async function apiPage(): Promise<string> {
  const doors = doorsOf('sdk')
  const exported = exportsOf(doors)
  const besides = mentioned(exported)
  const page = [
    '# The SDK',
    ...intro.map(paragraph),
    contents(doors),
    ...doors.flatMap(({ specifier, groups }) =>
      groups.flatMap((group) => section(specifier, group)),
    ),
    '## Types without a name',
    paragraph('What is mentioned above and cannot be imported by its name.'),
    ...besides.own.flatMap((each) => [...entry(each), `In ${code(each.path)}.`]),
    '## From other packages',
    table(
      ['type', 'package'],
      besides.foreign.map(([name, specifier]) => [code(name), code(specifier)]),
    ),
  ].join('\n\n')
  const config = await resolveConfig(`${root}docs/sdk-api.md`)
  return await format(page, { ...config, parser: 'markdown' })
}

/** Names of what has no docstring of its own. */
export function silentExports(): readonly string[] {
  return exportsOf(doorsOf('sdk'))
    .filter(({ docstring }) => docstring === undefined)
    .map(({ path, name }) => `${path}: ${name}`)
}

function exportsOf(doors: readonly Door[]): readonly Declaration[] {
  return doors.flatMap(({ groups }) =>
    groups.flatMap(({ exports }) => exports.map((place) => declarationAt(place))),
  )
}

interface Mentioned {
  readonly own: readonly Declaration[]
  readonly foreign: readonly (readonly [name: string, specifier: string])[]
}

/** What cannot be imported and is mentioned by what can, also by what is mentioned. In the order of names. */
function mentioned(exported: readonly Declaration[]): Mentioned {
  const seen = new Set(exported.map(keyOf))
  const own: Declaration[] = []
  const foreign = new Map<string, string>()
  const ahead = [...exported]
  for (let each = ahead.shift(); each !== undefined; each = ahead.shift()) {
    const mentions = mentionsOf(each)
    for (const { name, specifier } of mentions.foreign) foreign.set(name, specifier)
    for (const place of mentions.own) {
      if (seen.has(keyOf(place))) continue
      seen.add(keyOf(place))
      const declaration = declarationAt(place)
      own.push(declaration)
      ahead.push(declaration)
    }
  }
  return {
    own: own.toSorted((a, b) => byText(a.name, b.name) || byText(a.path, b.path)),
    foreign: [...foreign].toSorted(([a], [b]) => byText(a, b)),
  }
}

function keyOf({ path, name }: Place): string {
  return `${path} ${name}`
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function contents(doors: readonly Door[]): string {
  const anchorOf = anchorsInOrder()
  const lines = doors.flatMap(({ specifier, groups }) =>
    groups.map((group) => {
      const title = titleOf(specifier, group)
      const chapter = anchorOf(title)
      const names = group.exports.map(({ name }) => `[${name}](${anchorOf(name)})`)
      return item(`[${title}](${chapter}): ${names.join(', ')}`)
    }),
  )
  return lines.join('\n')
}

/** Of headings, as pages of Markdown are shown: the second one of the same letters gets a number. In the page's order. */
function anchorsInOrder(): (heading: string) => string {
  const given = new Map<string, number>()
  return (heading) => {
    const letters = heading.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '')
    const count = given.get(letters) ?? 0
    given.set(letters, count + 1)
    return `#${letters.replaceAll(' ', '-')}${count === 0 ? '' : `-${count}`}`
  }
}

function titleOf(specifier: string, { title }: Group): string {
  return title === '' ? code(specifier) : title
}

/** What files say about themselves stands before the first of their declarations. */
function section(specifier: string, group: Group): readonly string[] {
  let last = ''
  return [
    `## ${titleOf(specifier, group)}`,
    ...group.exports.flatMap((place) => {
      const header = place.path === last ? [] : [`_${headerOf(place.path)}_ (${code(place.path)})`]
      last = place.path
      return [...header, ...entry(declarationAt(place))]
    }),
  ]
}

function entry({ name, docstring, text, entries }: Declaration): readonly string[] {
  return [
    `### ${code(name)}`,
    ...(docstring === undefined ? [] : [docstring.split('\n\n').map(flowing).join('\n\n')]),
    entries === undefined ? `\`\`\`ts\n${text}\n\`\`\`` : proseTable(entries),
  ]
}

function proseTable(entries: NonNullable<Declaration['entries']>): string {
  return table(
    ['name', 'what it means'],
    entries.map(([name, prose]) => [code(name), prose]),
  )
}

/** Tables and lists keep their lines. */
function flowing(part: string): string {
  return /^(?:[|-]|\d\.)/.test(part) ? part : paragraph(part.replaceAll('\n', ' '))
}

if (import.meta.main) {
  await writeFile(new URL('../docs/sdk-api.md', import.meta.url), await apiPage())
}

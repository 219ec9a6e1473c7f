/**
 * @module Holds every import against the walls. Pure: files and tables come in, sentences about breaches go out.
 */
import { posix } from 'node:path'
import { importsOf, type Import } from './imports.ts'
import type { Room, Walls } from './table.ts'

export interface SourceFile {
  /** From the root, with slashes. */
  readonly path: string
  readonly text: string
}

/** Files outside the rooms: they may import any part of their own package, and nobody may import them but their like. */
const besideTheProduct =
  /(\.(test|bench|trial)|(^|[/.])(vitest\.config|contract(\.[a-z]+)?|fake-[^/]*|[^/]*-for-tests))\.ts$/

const serverSource = 'server/src/'

export function findBreaches(files: readonly SourceFile[], walls: Walls): readonly string[] {
  return files.flatMap((file) =>
    importsOf(file.path, file.text).flatMap((each) => {
      const breach = findBreach(file.path, each, walls)
      return breach === undefined ? [] : [`${file.path}:${each.line} ${breach}`]
    }),
  )
}

function findBreach(from: string, each: Import, walls: Walls): string | undefined {
  const { specifier } = each
  if (specifier === undefined) {
    return packageOf(from) === 'trials' ? undefined : 'imports what only a run can tell'
  }
  const target = resolve(from, specifier)
  if (target.kind === 'other') return checkPlace(from, specifier, target.name, walls)

  const own = packageOf(from)
  const other = packageOf(target.path)
  if (own !== other) {
    if (target.kind === 'path') return `reaches into ${other} by a path: '${specifier}'`
    const allowed = walls.packages.get(own)
    if (allowed === undefined) return `has no line for its package in ARCHITECTURE.md: ${own}`
    return allowed.includes(other) ? undefined : `may not import ${other}: '${specifier}'`
  }
  if (besideTheProduct.test(from)) return undefined
  if (besideTheProduct.test(target.path))
    return `is product code and imports a test's: '${specifier}'`
  if (!from.startsWith(serverSource) || !target.path.startsWith(serverSource)) return undefined
  return checkRooms(from, target.path, each, walls.rooms)
}

function checkRooms(
  from: string,
  to: string,
  { specifier, typeOnly }: Import,
  rooms: readonly Room[],
): string | undefined {
  const here = roomOf(from, rooms)
  const there = roomOf(to, rooms)
  if (here === undefined) return 'stands in no room of ARCHITECTURE.md'
  if (there === undefined) return `imports from no room of ARCHITECTURE.md: '${specifier}'`
  if (here === there || here.mayImport === 'everything') return undefined
  const file = to.slice(serverSource.length)
  const permission = here.mayImport.find(({ path }) => path === file || there.paths.includes(path))
  if (permission === undefined) return `(${here.paths.join(', ')}) may not import '${specifier}'`
  return permission.typesOnly && !typeOnly ? `may import only types of '${specifier}'` : undefined
}

/** The room with the longest path that leads to the file. */
function roomOf(path: string, rooms: readonly Room[]): Room | undefined {
  const file = path.slice(serverSource.length)
  let best: { readonly room: Room; readonly length: number } | undefined
  for (const room of rooms) {
    for (const candidate of room.paths) {
      const leads = file === candidate || file.startsWith(`${candidate}/`)
      if (leads && candidate.length > (best?.length ?? -1))
        best = { room, length: candidate.length }
    }
  }
  return best?.room
}

function checkPlace(
  from: string,
  specifier: string,
  name: string,
  { places }: Walls,
): string | undefined {
  const where = places.get(name)
  if (where === undefined) return `imports what has no line in docs/dependencies.md: '${specifier}'`
  const isPlace = where.some(
    (place) =>
      (place === 'tests' && besideTheProduct.test(from)) ||
      from === place ||
      from.startsWith(`${place}/`),
  )
  return isPlace ? undefined : `may not import '${specifier}': that is for ${where.join(', ')}`
}

type Target =
  /** A file of ours, named by its package or by a path. */
  | { readonly kind: 'package' | 'path'; readonly path: string }
  /** A module of the runtime or of somebody else. */
  | { readonly kind: 'other'; readonly name: string }

function resolve(from: string, specifier: string): Target {
  if (specifier.startsWith('#')) {
    const own = packageOf(from)
    const source = own === 'trials' ? own : `${own}/src`
    return { kind: 'package', path: `${source}/${specifier.slice(1)}` }
  }
  if (specifier.startsWith('.')) {
    return { kind: 'path', path: posix.join(posix.dirname(from), specifier) }
  }
  const ours = /^@sotto\/([^/]+)(?:\/(.+))?$/.exec(specifier)
  if (ours !== null) return { kind: 'package', path: `${ours[1]}/src/${ours[2] ?? 'index.ts'}` }
  const runtime = /^(node|bun)(?::|$)/.exec(specifier)
  if (runtime !== null) return { kind: 'other', name: `${runtime[1]}:` }
  return { kind: 'other', name: foreignPackage(specifier) ?? specifier }
}

/** The name of the package that somebody else publishes; undefined for ours, for paths, and for the runtime's modules. */
export function foreignPackage(specifier: string): string | undefined {
  if (/^(?:[#.]|@sotto\/|(?:node|bun)(?::|$))/.test(specifier)) return undefined
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

function packageOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : 'tools'
}

/**
 * @module The walls as they are written down: the tables of ARCHITECTURE.md's section "Who may import whom" and of
 * docs/dependencies.md.
 */
import { quoted, section, tableRows } from '../repository.ts'

/** A row of the table of rooms. */
export interface Room {
  /** Paths from server/src, of folders or files. */
  readonly paths: readonly string[]
  readonly mayImport: 'everything' | readonly Permission[]
}

export interface Permission {
  /** A room's path, or one file's. */
  readonly path: string
  readonly typesOnly: boolean
}

export interface Walls {
  /** Which of our packages a package may import. */
  readonly packages: ReadonlyMap<string, readonly string[]>
  readonly rooms: readonly Room[]
  /** Where modules of a runtime, by prefix, and packages of others, by name, may be imported. */
  readonly places: ReadonlyMap<string, readonly string[]>
}

export function readWalls(architecture: string, dependencies: string): Walls {
  const text = section(architecture, '## Who may import whom')
  const packages = tableRows(text, 'package').map(
    ([name = '', others = '']) => [quoted(name)[0] ?? '', quoted(others)] as const,
  )
  const rooms = tableRows(text, 'room').map(([paths = '', entries = '']): Room => ({
    paths: quoted(paths),
    mayImport: entries === 'everything' ? 'everything' : permissions(entries),
  }))
  const runtime = tableRows(text, 'modules').map(placesOf)
  const others = tableRows(dependencies, 'package').map(placesOf)
  return {
    packages: new Map(packages),
    rooms,
    places: new Map(
      [...runtime, ...others].flatMap(([names, where]) => names.map((name) => [name, where])),
    ),
  }
}

function placesOf([names = '', where = '']: readonly string[]): readonly [
  readonly string[],
  readonly string[],
] {
  return [quoted(names), quoted(where)]
}

function permissions(cell: string): readonly Permission[] {
  return Array.from(cell.matchAll(/`([^`]+)`( \(types\))?/g), ([, path = '', types]) => ({
    path,
    typesOnly: types !== undefined,
  }))
}

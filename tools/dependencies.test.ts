import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listFiles, quoted, readText, root, tableRows } from './repository.ts'
import { foreignPackage } from './walls/check.ts'
import { importsOf } from './walls/imports.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const manifests = listFiles()
  .filter((path) => /(^|\/)package\.json$/.test(path))
  .map((path) => ({ path, manifest: JSON.parse(readText(path)) as Manifest }))

const named = manifests.flatMap(({ path, manifest }) =>
  [
    manifest.dependencies,
    manifest.devDependencies,
    manifest.peerDependencies,
    manifest.optionalDependencies,
  ].flatMap((list) =>
    Object.entries(list ?? {}).map(([name, version]) => ({ path, name, version })),
  ),
)
const foreign = named.filter(({ name }) => !name.startsWith('@sotto/'))
const lines = tableRows(readText('docs/dependencies.md'), 'package').map(
  ([names = '', where = '', what = '', pulls = '', licence = '']) => ({
    name: quoted(names)[0] ?? '',
    where,
    what,
    pulls,
    licence,
  }),
)

/** Who imports what of others: pairs of a file and a package. */
const imported = listFiles()
  .filter((path) => path.endsWith('.ts'))
  .flatMap((path) =>
    importsOf(path, readText(path)).flatMap(({ specifier }) => {
      const name = specifier === undefined ? undefined : foreignPackage(specifier)
      return name === undefined ? [] : [{ path, name }]
    }),
  )

describe('docs/dependencies.md', () => {
  test('has one line for every dependency, and none for what is not one', () => {
    const needed = [...new Set(foreign.map(({ name }) => name))].toSorted()
    expect(lines.map(({ name }) => name).toSorted()).toEqual(needed)
  })

  test('says of each what for, where, what it pulls and under which licence', () => {
    for (const line of lines) {
      expect(line.what.length, line.name).toBeGreaterThan(20)
      expect([line.where, line.pulls, line.licence], line.name).not.toContain('')
    }
  })

  test('states the licence that the package states', () => {
    for (const { name, licence } of lines) {
      const path = join(root, 'node_modules', name, 'package.json')
      const installed = JSON.parse(readFileSync(path, 'utf8')) as Manifest
      expect(licence, name).toBe(installed.license)
    }
  })
})

describe('a dependency', () => {
  test('is imported somewhere, unless its line says that it never is', () => {
    const used = new Set(imported.map(({ name }) => name))
    const idle = lines.filter(({ name, where }) => used.has(name) !== (where !== '–'))
    expect(idle.map(({ name }) => name)).toEqual([])
  })

  test('stands in the package.json of the package that imports it, or in the root', () => {
    const strays = imported.filter(({ path, name }) => {
      const own = [`${path.split('/')[0]}/package.json`, 'package.json']
      return !named.some((each) => each.name === name && own.includes(each.path))
    })
    expect(strays).toEqual([])
  })
})

describe('the package.json files', () => {
  test('name exact versions', () => {
    for (const { path, name, version } of named) {
      expect(version, `${name} in ${path}`).toMatch(/^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.-]+)?$/)
    }
  })

  test('name each other with the version that they have', () => {
    const versions = new Map(manifests.map(({ manifest }) => [manifest.name, manifest.version]))
    for (const { path, name, version } of named) {
      if (name.startsWith('@sotto/')) expect(version, `${name} in ${path}`).toBe(versions.get(name))
    }
  })

  test('agree on the version of a package that several name', () => {
    const versions = new Map<string, string>()
    for (const { path, name, version } of foreign) {
      expect(version, `${name} in ${path}`).toBe(versions.get(name) ?? version)
      versions.set(name, version)
    }
  })

  test('carry the licence of the project', () => {
    for (const { path, manifest } of manifests) expect(manifest.license, path).toBe('Apache-2.0')
  })
})

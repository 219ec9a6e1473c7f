/**
 * What a repository must be free of, and what every file of it has.
 */
import { existsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listFiles, readText, root } from './repository.ts'

const files = listFiles()
const isTest = (path: string): boolean => /\.(test|trial)\.ts$/.test(path)
const isGenerated = (path: string): boolean =>
  path.includes('/gen/') || path === 'package-lock.json'
const typeScript = files.filter((path) => path.endsWith('.ts') && !isGenerated(path))
const product = typeScript.filter((path) => !isTest(path) && !path.startsWith('tools/'))

/** Lines that match, as `path:line`. */
function linesWith(paths: readonly string[], pattern: RegExp): readonly string[] {
  return paths.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1} ${line.trim()}`] : [])),
  )
}

describe('the repository is free of', () => {
  test("paths of somebody's machine", () => {
    const text = files.filter((path) => !/\.(png|ico|woff2)$/.test(path))
    expect(
      linesWith(text, /(?<![\w.~$}])\/(?:work|root|Users|home\/[a-z])(?:\/|\b(?![-\w]))/),
    ).toEqual([])
  })

  test('addresses of package registries', () => {
    const lock: { readonly packages: Readonly<Record<string, { readonly resolved?: string }>> } =
      JSON.parse(readText('package-lock.json'))
    const resolved = Object.values(lock.packages).flatMap((each) => each.resolved ?? [])
    expect(resolved.filter((place) => place.includes(':'))).toEqual([])
    const settings = files.filter((path) => /(^|\/)\.npmrc$|(^|\/)bunfig\.toml$/.test(path))
    expect(linesWith([...settings, 'package-lock.json'], /registry\s*=|\/\/registry\./)).toEqual([])
  })

  test('tests that leave the others out', () => {
    expect(
      linesWith(typeScript.filter(isTest), /\b(?:test|it|describe)(?:\.\w+)*\.only\b/),
    ).toEqual([])
  })

  test('unfinished work', () => {
    const marks = new RegExp(
      `\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK', 'WI' + 'P'].join('|')})\\b`,
    )
    expect(linesWith([...product, ...files.filter((path) => path.endsWith('.md'))], marks)).toEqual(
      [],
    )
    expect(linesWith(product, /not (?:yet )?implemented|\bunimplemented\b/i)).toEqual([])
  })

  test('drawers for what has no place', () => {
    const drawers = /^(?:utils?|helpers?|common|misc|shared|lib|types)(?:\.test)?\.ts$/
    const besides = new Set(['tools/types.ts'])
    expect(typeScript.filter((path) => drawers.test(basename(path)) && !besides.has(path))).toEqual(
      [],
    )
    const barrels = product.filter((path) => basename(path) === 'index.ts')
    expect(barrels.filter((path) => !/^[a-z]+\/src\/index\.ts$/.test(path))).toEqual([])
  })
})

describe('every page', () => {
  test('names files and folders that are there', () => {
    const pages = files.filter((path) => path.endsWith('.md'))
    const missing = pages.flatMap((page) =>
      Array.from(
        readText(page).matchAll(/`((?:server|wire|primitives|trials|tools|docs|\.ci)\/[\w./-]*)`/g),
        ([, path = '']) => path,
      )
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => `${page} names ${path}`),
    )
    expect(missing).toEqual([])
  })
})

describe('every file', () => {
  test('of the product opens by saying what it is', () => {
    const silent = product.filter(
      (path) => !/^(?:#!.*\n)?\/\*\*\n? \*? ?@module \S/.test(readText(path)),
    )
    expect(silent).toEqual([])
  })

  test('is named in kebab-case', () => {
    expect(
      typeScript.filter((path) => !/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(basename(path))),
    ).toEqual([])
  })

  test('fits into 500 lines, tests, suites and generated code apart', () => {
    const long = product
      .filter((path) => basename(path) !== 'contract.ts')
      .map((path) => ({ path, lines: readText(path).split('\n').length }))
    expect(long.filter(({ lines }) => lines > 500)).toEqual([])
  })

  test('that is a program may be run', () => {
    const programs = files.filter(
      (path) => readText(path).startsWith('#!/') && !path.endsWith('.ts'),
    )
    expect(programs).toContain('.ci/run')
    expect(programs.filter((path) => (statSync(join(root, path)).mode & 0o111) === 0)).toEqual([])
  })
})

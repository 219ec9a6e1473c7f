import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listFiles, readText, root } from './repository.ts'
import { findBreaches } from './walls/check.ts'
import { importsOf } from './walls/imports.ts'
import { readWalls } from './walls/table.ts'

const walls = readWalls(readText('ARCHITECTURE.md'), readText('docs/dependencies.md'))
const sources = listFiles().filter((path) => /\.(ts|mts|cts|js|mjs|cjs)$/.test(path))

describe('the walls', () => {
  test('stand: no file imports what its place may not', () => {
    const files = sources.map((path) => ({ path, text: readText(path) }))
    expect(files.length).toBeGreaterThan(50)
    expect(findBreaches(files, walls)).toEqual([])
  })

  test('have no line about rooms or packages that are not there', () => {
    for (const name of walls.packages.keys())
      expect([name, existsSync(join(root, name))]).toEqual([name, true])
    for (const path of walls.rooms.flatMap((room) => room.paths)) {
      expect([path, existsSync(join(root, 'server/src', path))]).toEqual([path, true])
    }
    for (const path of [...walls.places.values()].flat()) {
      const isPlace = path === 'tests' || existsSync(join(root, path))
      expect([path, isPlace]).toEqual([path, true])
    }
  })
})

describe('a planted breach is found', () => {
  const planted: readonly (readonly [from: string, line: string, breach: string])[] = [
    ['server/src/main.ts', "import '@sotto/signal'", 'may not import signal'],
    [
      'server/src/relay/x.ts',
      "import type { A } from '@sotto/signal/a.ts'",
      'may not import signal',
    ],
    ['server/src/relay/x.test.ts', "import '@sotto/signal'", 'may not import signal'],
    ['server/src/relay/x.ts', "import '../../../signal/src/index.ts'", 'reaches into signal'],
    ['server/src/main.ts', "await import('@sotto/signal')", 'may not import signal'],
    ['server/src/main.ts', "let a: import('@sotto/signal').A", 'may not import signal'],
    ['server/src/main.ts', "export * from '@sotto/signal'", 'may not import signal'],
    ['server/src/main.ts', "import a = require('@sotto/signal')", 'may not import signal'],
    ['server/src/main.ts', "require('@sotto/signal')", 'may not import signal'],
    ['server/src/main.ts', 'await import(name)', 'imports what only a run can tell'],
    ['server/src/main.ts', 'await import(`@sotto/${name}`)', 'imports what only a run can tell'],
    ['server/src/relay/x.ts', "import '@sotto/trials'", 'may not import trials'],
    ['wire/src/x.ts', "import '@sotto/primitives'", 'may not import primitives'],
    ['wire/src/x.ts', "import '../../primitives/src/index.ts'", 'reaches into primitives'],
    ['wire/src/x.ts', "import 'node:fs'", "may not import 'node:fs'"],
    ['primitives/src/xeddsa.ts', "import 'node:crypto'", "may not import 'node:crypto'"],
    ['server/src/relay/x.ts', "import 'bun:sqlite'", "may not import 'bun:sqlite'"],
    ['server/src/door/x.ts', "import 'bun'", "may not import 'bun'"],
    ['server/src/relay/x.ts', "import '@noble/curves/ed25519.js'", 'may not import'],
    ['server/src/relay/x.ts', "import 'left-pad'", 'no line in docs/dependencies.md'],
    ['server/src/relay/x.ts', "import 'vitest'", "may not import 'vitest'"],
    ['server/src/relay/x.ts', "import '#door/route.ts'", 'may not import'],
    ['server/src/relay/x.ts', "import type { A } from '../door/route.ts'", 'may not import'],
    ['server/src/relay/x.ts', "import '#store/sqlite/open.ts'", 'may not import'],
    ['server/src/relay/x.ts', "import '#store/x.test.ts'", "imports a test's"],
    ['server/src/relay/x.ts', "import '#store/contract.ts'", "imports a test's"],
    ['server/src/door/x.ts', "import { A } from '#bus/bus.ts'", 'may import only types'],
    ['server/src/door/x.ts', "import { type A } from '#bus/bus.ts'", 'may import only types'],
    ['server/src/door/x.ts', "export { A } from '#bus/bus.ts'", 'may import only types'],
    ['server/src/door/x.ts', "import '#store/memory/open.ts'", 'may not import'],
    ['server/src/guard/x.ts', "import '#relay/clock.ts'", 'may not import'],
    ['server/src/guard/x.ts', "import '#assemble.ts'", 'may not import'],
    ['server/src/watch/x.ts', "import '#store/store.ts'", 'may not import'],
    ['server/src/store/sqlite/x.ts', "import '#store/memory/open.ts'", 'may not import'],
    ['server/src/store/memory/x.ts', "import '#store/sqlite/open.ts'", 'may not import'],
    ['server/src/bus/x.ts', "import '#relay/clock.ts'", 'may not import'],
    ['server/src/attic/x.ts', "import '#watch/log.ts'", 'stands in no room'],
    ['server/src/guard/x.ts', "import '#attic/x.ts'", 'from no room'],
    ['attic/src/x.ts', "import '@sotto/wire'", 'no line for its package'],
  ]
  test.each(planted)('in %s: %s', (path, text, breach) => {
    const found = findBreaches([{ path, text }], walls)
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(breach)
    expect(found[0]).toContain(`${path}:1 `)
  })
})

describe('what is allowed is not called a breach', () => {
  const allowed: readonly (readonly [from: string, line: string])[] = [
    ['server/src/main.ts', "import '#door/route.ts'"],
    ['server/src/main.ts', "import manifest from '../package.json' with { type: 'json' }"],
    ['server/src/assemble.ts', "import '#store/sqlite/open.ts'"],
    ['server/src/door/x.ts', "import type { A } from '#store/store.ts'"],
    ['server/src/door/x.ts', "export type { A } from '#store/store.ts'"],
    ['server/src/door/x.ts', "let a: import('#store/store.ts').A"],
    ['server/src/door/obscura/x.ts', "import '#door/route.ts'"],
    ['server/src/relay/x.ts', "import { verifyXeddsa } from '@sotto/primitives'"],
    ['server/src/relay/x.ts', "import 'node:crypto'"],
    ['server/src/store/sqlite/x.test.ts', "import '#store/contract.ts'"],
    ['server/src/store/sqlite/x.test.ts', "import 'vitest'"],
    ['wire/src/x.test.ts', "import '@bufbuild/protobuf/wire'"],
    ['wire/src/x.test.ts', "import 'node:fs'"],
    ['trials/x.ts', 'await import(name)'],
    ['trials/x.ts', "import '#clients/device.ts'"],
    ['tools/x.ts', "import './verify/run.ts'"],
    ['server/src/relay/x.ts', "// import '@sotto/signal'"],
    ['server/src/relay/x.ts', 'const text = "import \'@sotto/signal\'"'],
  ]
  test.each(allowed)('in %s: %s', (path, text) => {
    expect(findBreaches([{ path, text }], walls)).toEqual([])
  })
})

test('imports are found where they stand, each once', () => {
  const text = "import a from 'a'\n\nimport type { B } from 'b'\nexport * from 'c'\nexport { a }\n"
  expect(importsOf('x.ts', text)).toEqual([
    { specifier: 'a', typeOnly: false, line: 1 },
    { specifier: 'b', typeOnly: true, line: 3 },
    { specifier: 'c', typeOnly: false, line: 4 },
  ])
})

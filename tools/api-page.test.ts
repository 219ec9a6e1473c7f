import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { declarationAt, headerOf } from './api/declaration.ts'
import { doorsOf } from './api/doors.ts'
import { mentionsOf } from './api/mentions.ts'
import { apiPage, silentExports } from './api-page.ts'

const page = readFileSync(new URL('../docs/sdk-api.md', import.meta.url), 'utf8')
const errors = 'sdk/src/errors.ts'

test('docs/sdk-api.md is the page of the sources', async () => {
  expect(page, 'Write it again: bun tools/api-page.ts').toBe(await apiPage())
})

test('everything that the sdk hands out has a docstring of its own', () => {
  expect(silentExports()).toEqual([])
})

test('the page has every door of the package, every group and every export', () => {
  const doors = doorsOf('sdk')
  expect(doors.map(({ specifier }) => specifier)).toEqual([
    '@sotto/sdk',
    '@sotto/sdk/storage/memory',
    '@sotto/sdk/storage/sqlite',
    '@sotto/sdk/storage/indexeddb',
    '@sotto/sdk/adapters/web',
  ])
  const headings = doors.flatMap(({ specifier, groups }) =>
    groups.flatMap(({ title, exports }) => [
      `\n## ${title === '' ? `\`${specifier}\`` : title}\n`,
      ...exports.map(({ name }) => `\n### \`${name}\`\n`),
    ]),
  )
  expect(headings.length).toBeGreaterThan(50)
  expect(headings.filter((heading) => !page.includes(heading))).toEqual([])
})

test('every link of the page leads to a heading', () => {
  const given = new Map<string, number>()
  const anchors = Array.from(page.matchAll(/^#+ (.+)$/gm), ([, heading = '']) => {
    const letters = heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-')
    const count = given.get(letters) ?? 0
    given.set(letters, count + 1)
    return count === 0 ? letters : `${letters}-${count}`
  })
  const links = Array.from(page.matchAll(/\]\(#([^)]+)\)/g), ([, anchor = '']) => anchor)
  expect(links.length).toBeGreaterThan(50)
  expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([])
})

test('a function is shown without its body, and default values as what may be left out', () => {
  const { kind, docstring, text } = declarationAt({ path: 'sdk/src/ports/clock.ts', name: 'sleep' })
  expect([kind, docstring]).toEqual([
    'function',
    "Resolves after so long; rejects with the signal's reason when that comes first.",
  ])
  expect(text).toBe(
    'function sleep(clock: Clock, millis: number, signal: AbortSignal): Promise<void>;',
  )
  const search = declarationAt({ path: 'sdk/src/messenger.ts', name: 'Messenger' })
  expect(search.text).toContain('events(signal?: AbortSignal)')
})

test('a class is shown with its public members and their docstrings, and nothing else', () => {
  const { kind, text } = declarationAt({ path: 'sdk/src/messenger.ts', name: 'Messenger' })
  expect(kind).toBe('class')
  expect(text).toMatch(/^class Messenger implements AsyncDisposable \{\n/)
  expect(text).toContain('// contacts\n')
  expect(text).toContain(
    '/** There may be a network again: nothing waits any longer. */\n    nudge()',
  )
  expect(text).toContain('Promise<Invitation>')
  expect(text.match(/#|private|constructor|async |return |invitations\./)).toBeNull()
})

test('an interface and a type are shown as they are written', () => {
  const options = declarationAt({ path: errors, name: 'SottoErrorOptions' })
  expect(options.kind).toBe('interface')
  expect(options.text).toContain('  readonly cause?: unknown\n  /** How long')
  const event = declarationAt({ path: 'sdk/src/events.ts', name: 'MessengerEvent' })
  expect(event.text).toContain(
    "  /** A new message, ours or theirs. */\n  | { readonly type: 'message'",
  )
})

test('a list of names with their prose is a table, and a number is shown', () => {
  const { entries = [] } = declarationAt({ path: errors, name: 'errorCodes' })
  expect(entries).toContainEqual(['offline', 'The relay cannot be reached.'])
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  const missing = entries.filter(
    ([name, prose]) => !rows.some((row) => row.startsWith(`| \`${name}\` `) && row.includes(prose)),
  )
  expect(missing).toEqual([])
  const limit = declarationAt({ path: 'sdk/src/vault/passphrase.ts', name: 'minPassphrase' })
  expect([limit.kind, limit.text]).toEqual(['constant', 'const minPassphrase = 12'])
})

test('what a file says about itself is no docstring of what stands first in it', () => {
  expect(headerOf(errors)).toMatch(/^What a caller of this package may catch: one class/)
  expect(declarationAt({ path: errors, name: 'errorCodes' }).docstring).toMatch(/^Every code/)
})

test('what a declaration mentions is found in its file, in others and in other packages', () => {
  const { own, foreign } = mentionsOf(
    declarationAt({ path: 'sdk/src/open.ts', name: 'OpenOptions' }),
  )
  expect(own).toContainEqual({ path: 'sdk/src/profile/profile.ts', name: 'Profile' })
  expect(own.map(({ name }) => name)).not.toContain('Partial')
  expect(foreign).toEqual([{ name: 'Primitives', specifier: '@sotto/primitives' }])
  const lines = mentionsOf(declarationAt({ path: 'sdk/src/messenger-options.ts', name: 'Lines' }))
  expect(lines.own).toContainEqual({ path: 'sdk/src/messenger-options.ts', name: 'Relay' })
})

test('what is not there is said so', () => {
  expect(() => declarationAt({ path: errors, name: 'nobody' })).toThrow(
    'Cannot find declaration: sdk/src/errors.ts has no nobody',
  )
})

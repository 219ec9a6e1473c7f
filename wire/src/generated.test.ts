/**
 * The generated code is committed, so that building needs no generator. It must be what the generator writes.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'

const wire = fileURLToPath(new URL('../', import.meta.url))
const tools = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))
const isThere = existsSync(join(tools, 'buf')) && existsSync(join(tools, 'protoc-gen-es'))

describe.skipIf(!isThere)(
  isThere ? 'the schemas' : 'the schemas (buf and protoc-gen-es are not installed)',
  () => {
    const scratch = mkdtempSync(join(tmpdir(), 'sotto-wire-'))
    afterAll(() => rmSync(scratch, { recursive: true, force: true }))

    const buf = (...parameters: readonly string[]): string =>
      execFileSync(join(tools, 'buf'), parameters, {
        cwd: wire,
        encoding: 'utf8',
        env: {
          ...process.env,
          PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}`,
          BUF_CACHE_DIR: join(scratch, 'cache'),
        },
      })

    test('pass the linter', () => {
      expect(buf('lint')).toBe('')
    }, 60_000)

    test('generate the code that is committed', () => {
      buf('generate', '--output', scratch)
      const generated = join(scratch, 'src/gen')
      const committed = join(wire, 'src/gen')
      const files = typeScriptFiles(generated)
      expect(files).not.toEqual([])
      expect(typeScriptFiles(committed)).toEqual(files)
      for (const file of files) {
        expect(readFileSync(join(committed, file), 'utf8')).toBe(
          readFileSync(join(generated, file), 'utf8'),
        )
      }
    }, 60_000)
  },
)

function typeScriptFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .toSorted()
}

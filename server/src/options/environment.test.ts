import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { givenEnvironment, readEnvironment } from '#options/environment.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-env-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (text: string) => writeFileSync(join(folder, '.env'), text)

describe('a .env file', () => {
  test('that is not there changes nothing', async () => {
    expect(await readEnvironment(folder, { A: '1' })).toEqual({
      kind: 'read',
      environment: { A: '1' },
    })
  })

  test('gives what the environment does not, with comments, quotes and nothing replaced', async () => {
    put('# ours\nA=file\nexport B=2 # two\nC="x y"\nD=\'pa$HOME\'\nE=pa$HOME${A}\nEMPTY=file\n\n')
    const read = await readEnvironment(folder, { A: 'real', EMPTY: '', F: undefined })
    expect(read).toEqual({
      kind: 'read',
      environment: {
        A: 'real',
        B: '2',
        C: 'x y',
        D: 'pa$HOME',
        E: 'pa$HOME${A}',
        EMPTY: '',
        F: undefined,
      },
    })
  })

  test('of any bytes is read without a word', async () => {
    for (let each = 0; each < 256; each++) {
      const bytes = Buffer.from(`A=1\nB=${'\0'.repeat(3)}\n"`)
      bytes.fill(each, 4, 9)
      writeFileSync(join(folder, '.env'), bytes)
      expect((await readEnvironment(folder, {})).kind).toBe('read')
    }
  })

  test.each([
    ['is a folder', () => mkdirSync(join(folder, '.env')), 'it is not a file'],
    ['never ends', () => symlinkSync('/dev/zero', join(folder, '.env')), 'it is not a file'],
    ['names itself', () => symlinkSync('.env', join(folder, '.env')), 'ELOOP'],
    ['is absurdly large', () => put('#'.repeat(64 * 1024 + 1)), '65537 bytes of at most 65536'],
  ])('that %s is refused by its name', async (_what, make, why) => {
    make()
    expect(await readEnvironment(folder, {})).toEqual({
      kind: 'refused',
      text: `Cannot read .env in the working directory: ${why}`,
    })
  })

  test('may be as large as it may be', async () => {
    put(`A=1\n${'#'.repeat(64 * 1024 - 4)}`)
    expect(await readEnvironment(folder, {})).toMatchObject({ environment: { A: '1' } })
  })
})

describe('the given environment', () => {
  test('is what the process has, on Node', async () => {
    const own = { ADDED: 'later' }
    expect(await givenEnvironment(own, false)).toBe(own)
  })

  test('is what it was started with, on Bun, where the kernel tells', async () => {
    const given = await givenEnvironment({ PATH: process.env['PATH'], ADDED: 'later' }, true)
    const added = process.platform === 'linux' ? undefined : 'later'
    expect([given['PATH'], given['ADDED']]).toEqual([process.env['PATH'], added])
  })
})

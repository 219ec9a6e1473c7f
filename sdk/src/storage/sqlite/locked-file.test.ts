import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Connection, type OpenConnection, selectDriver } from '#storage/sqlite/driver.ts'
import { failure } from '#storage/sqlite/failures.ts'
import { lockForRemoval, openLocked } from '#storage/sqlite/locked-file.ts'
import { prepare } from '#storage/sqlite/schema.ts'

const open = await selectDriver()
let folder = ''
let path = ''
const connections: Connection[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sotto-locked-'))
  path = join(folder, 'home.sqlite')
  writeFileSync(path, '')
})
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close()
  rmSync(folder, { recursive: true, force: true })
})

const codeOf = (call: () => unknown): unknown => {
  try {
    return call()
  } catch (error) {
    return failure('open', error).code
  }
}

test.each([
  ['removed', () => rmSync(path)],
  [
    'removed and made anew',
    () => {
      renameSync(path, `${path}.old`)
      writeFileSync(path, '')
    },
  ],
])('a file that was %s while it was opened is not there', (_, happen) => {
  const late: OpenConnection = (at) => {
    const connection = open(at)
    // SQLite opens the file when it first reads.
    connection.prepare('SELECT count(*) FROM sqlite_schema').get()
    happen()
    return connection
  }
  expect(codeOf(() => openLocked(late, path))).toBe('profile-not-found')
})

test('whoever removes a profile leaves the log of the next one of its name alone', () => {
  const first = openLocked(open, path)
  prepare(first)
  first.close()
  const lock = lockForRemoval(open, path)
  rmSync(path)
  writeFileSync(path, '')
  const next = openLocked(open, path)
  connections.push(next)
  prepare(next)
  expect(existsSync(`${path}-wal`)).toBe(true)
  lock[Symbol.dispose]()
  expect(existsSync(`${path}-wal`)).toBe(true)
})

test('a lock that cannot be had leaves nothing open', () => {
  const first = openLocked(open, path)
  prepare(first)
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(codeOf(() => openLocked(open, path))).toBe('profile-in-use')
  }
  first.close()
  connections.push(openLocked(open, path))
})

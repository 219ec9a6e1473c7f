import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import type { Change, Shelf, Storage } from '#ports/storage.ts'
import { refuses, storageContract } from '#storage/contract.ts'
import { type Connection, selectDriver } from '#storage/sqlite/driver.ts'
import { openSqliteShelf } from '#storage/sqlite/open.ts'
import { applicationId, schemaVersion } from '#storage/sqlite/schema.ts'

const folders: string[] = []
const cleanups: (() => PromiseLike<void> | void)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-profiles-'))
  folders.push(folder)
  return join(folder, 'profiles')
}

const directories = new WeakMap<Shelf, string>()

storageContract('sqlite', {
  shelf: async () => {
    const directory = newFolder()
    const shelf = openSqliteShelf(directory)
    directories.set(shelf, directory)
    return shelf
  },
  again: async (shelf) => openSqliteShelf(directories.get(shelf) ?? ''),
  many: 100_000,
})

const filled = (id: string, bytes: number, fill = 1): Change => ({
  kind: 'put',
  collection: 'notes',
  id,
  value: new Uint8Array(bytes).fill(fill),
})

async function openIn(
  directory: string,
  mode: 'create' | 'existing',
  maxPages?: number,
): Promise<Storage> {
  const storage = await openSqliteShelf(directory, { maxPages }).open('home', mode)
  cleanups.push(() => storage[Symbol.asyncDispose]())
  return storage
}

async function connect(directory: string): Promise<Connection> {
  const open = await selectDriver()
  const connection = open(join(directory, 'home.sqlite'))
  cleanups.push(() => connection.close())
  return connection
}

/** Another process that has the profile open, and the lines that it says. */
async function hold(directory: string): Promise<{ child: ChildProcess; lines: string[] }> {
  const program = new URL('./hold-for-tests.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, directory, 'home'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cleanups.push(() => void child.kill('SIGKILL'))
  const lines: string[] = []
  const reader = createInterface({ input: child.stdout })
  reader.on('line', (line) => lines.push(line))
  await once(reader, 'line')
  return { child, lines }
}

describe('another process', () => {
  test('that has the profile open keeps it to itself until it is killed, and loses nothing then', async () => {
    const directory = newFolder()
    await (await openIn(directory, 'create'))[Symbol.asyncDispose]()
    const { child, lines } = await hold(directory)
    const shelf = openSqliteShelf(directory)
    await refuses(() => shelf.open('home', 'existing'), 'profile-in-use')
    await refuses(() => shelf.open('home', 'create'), 'profile-exists')
    await refuses(() => shelf.remove('home'), 'profile-in-use')
    while (lines.length < 20) await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill('SIGKILL')
    await once(child, 'close')
    const storage = await openIn(directory, 'existing')
    const kept = await storage.list('notes', { limit: 1_000_000 })
    const answered = lines.filter((line) => line.startsWith('written')).length
    expect(kept.length).toBeGreaterThanOrEqual(answered)
    expect(await storage.list('copies', { limit: 1_000_000 })).toEqual(kept)
  })

  test('finds a profile in use that this one has open', async () => {
    const directory = newFolder()
    const storage = await openIn(directory, 'create')
    await storage.write([filled('a', 10)])
    const program = new URL('./hold-for-tests.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [program, directory, 'home'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (data) => (said += String(data)))
    await once(child, 'close')
    expect(said).toContain('profile-in-use')
  })
})

describe('a full disk', () => {
  test('refuses the write as a whole, keeps what was, and goes on when there is room', async () => {
    const directory = newFolder()
    const storage = await openIn(directory, 'create', 60)
    await storage.write([filled('kept', 50_000, 1), filled('spare', 50_000, 2)])
    const tooMuch = [filled('kept', 10, 3), filled('more', 200_000, 4)]
    await refuses(() => storage.write(tooMuch), 'storage-full')
    const found = await storage.list('notes', { limit: 9 })
    expect(found.map(({ id, value }) => [id, value.length, value[0]])).toEqual([
      ['kept', 50_000, 1],
      ['spare', 50_000, 2],
    ])
    await storage.write([{ kind: 'delete', collection: 'notes', id: 'spare' }])
    await storage.write([filled('again', 50_000, 5)])
    expect((await storage.get('notes', 'again'))?.length).toBe(50_000)
  })

  test('lets a profile be removed', async () => {
    const directory = newFolder()
    const storage = await openIn(directory, 'create', 20)
    await refuses(() => storage.write([filled('a', 500_000)]), 'storage-full')
    await storage[Symbol.asyncDispose]()
    await openSqliteShelf(directory).remove('home')
    expect(readdirSync(directory)).toEqual([])
  })
})

test('a write that fails in the middle changes nothing, and is followed by one that does not', async () => {
  const directory = newFolder()
  await (await openIn(directory, 'create'))[Symbol.asyncDispose]()
  const connection = await connect(directory)
  connection.exec(`CREATE TRIGGER refusal BEFORE INSERT ON record WHEN new.id = 'refused'
    BEGIN SELECT raise(ABORT, 'refused'); END`)
  connection.close()
  cleanups.pop()
  const storage = await openIn(directory, 'existing')
  await storage.write([filled('a', 10)])
  const failing = [filled('a', 20), filled('b', 10), filled('refused', 10)]
  await refuses(() => storage.write(failing), 'storage-failed')
  await storage.write([filled('c', 10)])
  const found = await storage.list('notes', { limit: 9 })
  expect(found.map(({ id, value }) => [id, value.length])).toEqual([
    ['a', 10],
    ['c', 10],
  ])
})

describe('files', () => {
  test('and their folder are for their owner alone', async () => {
    const directory = newFolder()
    const storage = await openIn(directory, 'create')
    await storage.write([filled('a', 10)])
    expect(modeOf(directory)).toBe(0o700)
    const files = readdirSync(directory).toSorted()
    expect(files).toEqual(['home.sqlite', 'home.sqlite-wal'])
    for (const file of files) expect([file, modeOf(join(directory, file))]).toEqual([file, 0o600])
  })

  test('are one to a profile that is closed, and none to one that was removed', async () => {
    const directory = newFolder()
    const storage = await openIn(directory, 'create')
    await storage.write([filled('a', 10)])
    await storage[Symbol.asyncDispose]()
    expect(readdirSync(directory)).toEqual(['home.sqlite'])
    await openSqliteShelf(directory).remove('home')
    expect(readdirSync(directory)).toEqual([])
  })

  test('hold nothing any more of what was deleted or replaced', async () => {
    const directory = newFolder()
    const storage = await openIn(directory, 'create')
    const secret = 'a sentence that must not stay on the disk '
    const value = new TextEncoder().encode(secret.repeat(500))
    await storage.write([
      { kind: 'put', collection: 'notes', id: 'deleted', value },
      { kind: 'put', collection: 'notes', id: 'replaced', value: value.subarray(0, 400) },
    ])
    await storage.write([
      { kind: 'delete', collection: 'notes', id: 'deleted' },
      filled('replaced', 400),
    ])
    await storage[Symbol.asyncDispose]()
    for (const file of readdirSync(directory)) {
      expect(readFileSync(join(directory, file)).includes(secret.trim())).toBe(false)
    }
  })

  test('of other names are no profiles', async () => {
    const directory = newFolder()
    await openIn(directory, 'create')
    for (const file of ['Home.sqlite', 'work.db', '.sqlite', 'a b.sqlite']) {
      writeFileSync(join(directory, file), '')
    }
    expect(await openSqliteShelf(directory).names()).toEqual(['home'])
  })

  test('wait for the disk, keep a log, and overwrite what is deleted', async () => {
    const { prepare, takeLock } = await import('#storage/sqlite/schema.ts')
    const directory = newFolder()
    await (await openIn(directory, 'create'))[Symbol.asyncDispose]()
    const connection = await connect(directory)
    takeLock(connection)
    prepare(connection)
    const read = (name: string): unknown =>
      Object.values(connection.prepare<Record<string, unknown>>(`PRAGMA ${name}`).get() ?? {})[0]
    expect(read('journal_mode')).toBe('wal')
    expect(read('synchronous')).toBe(2)
    expect(read('secure_delete')).toBe(1)
    expect(read('application_id')).toBe(applicationId)
    expect(read('user_version')).toBe(schemaVersion)
  })

  test('that a crash has left empty are profiles in which nothing is', async () => {
    const directory = newFolder()
    await (await openIn(directory, 'create'))[Symbol.asyncDispose]()
    writeFileSync(join(directory, 'home.sqlite'), '')
    const storage = await openIn(directory, 'existing')
    await storage.write([filled('a', 10)])
    expect((await storage.get('notes', 'a'))?.length).toBe(10)
  })

  test('cannot be where a file stands for their folder, which is reported without their path', async () => {
    const directory = newFolder()
    writeFileSync(directory, '')
    const error = await openIn(directory, 'create').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'storage-failed' })
    expect(`${inspect(error)}`).not.toContain('home.sqlite')
  })
})

describe('a file that is none of ours', () => {
  test('is refused and left as it was: the database of another program', async () => {
    const directory = newFolder()
    await (await openIn(directory, 'create'))[Symbol.asyncDispose]()
    rmSync(join(directory, 'home.sqlite'))
    const connection = await connect(directory)
    connection.exec('CREATE TABLE users (name TEXT)')
    connection.close()
    cleanups.pop()
    const before = readFileSync(join(directory, 'home.sqlite'))
    await refuses(() => openIn(directory, 'existing'), 'profile-damaged')
    expect(readFileSync(join(directory, 'home.sqlite')).equals(before)).toBe(true)
    expect(readdirSync(directory)).toEqual(['home.sqlite'])
  })

  test.each([
    ['text', 'x'.repeat(5000)],
    ['the beginning of a database', 'SQLite format 3\0'],
    ['a database of which the end is missing', 'cut'],
  ])('is refused, and can be removed: %s', async (_, content) => {
    const directory = newFolder()
    const storage = await openIn(directory, 'create')
    await storage.write([filled('a', 50_000)])
    await storage[Symbol.asyncDispose]()
    const path = join(directory, 'home.sqlite')
    writeFileSync(path, content === 'cut' ? readFileSync(path).subarray(0, 5000) : content)
    await refuses(async () => {
      const damaged = await openIn(directory, 'existing')
      await damaged.get('notes', 'a')
    }, 'profile-damaged')
    await cleanups.pop()?.()
    await openSqliteShelf(directory).remove('home')
    expect(existsSync(path)).toBe(false)
  })

  test.each([
    ['a newer release', `PRAGMA user_version=${schemaVersion + 1}`],
    ['no release', 'PRAGMA user_version=0'],
    ['another program', 'PRAGMA application_id=0'],
  ])('is refused: one of %s', async (_, sql) => {
    const directory = newFolder()
    await (await openIn(directory, 'create'))[Symbol.asyncDispose]()
    const connection = await connect(directory)
    connection.exec(sql)
    connection.close()
    cleanups.pop()
    await refuses(() => openIn(directory, 'existing'), 'profile-damaged')
  })
})

function modeOf(path: string): number {
  return statSync(path).mode & 0o777
}

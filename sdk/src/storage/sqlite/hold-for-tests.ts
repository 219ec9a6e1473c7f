/**
 * @module Another program that has a profile open: `hold-for-tests.ts FOLDER NAME` says "open", and "written" after every
 * write, one after the other, until it is killed.
 */
import { openSqliteShelf } from '#storage/sqlite/open.ts'

const [directory = '', name = ''] = process.argv.slice(2)
const storage = await openSqliteShelf(directory).open(name, 'existing')
process.stdout.write('open\n')
for (let count = 1; ; count++) {
  const id = String(count).padStart(8, '0')
  const value = new Uint8Array(1000).fill(count)
  await storage.write([
    { kind: 'put', collection: 'notes', id, value },
    { kind: 'put', collection: 'copies', id, value },
  ])
  process.stdout.write(`written ${id}\n`)
}

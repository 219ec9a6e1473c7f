/**
 * @module Options: where the relay keeps its data.
 */
import { option, optional } from '#options/option.ts'
import { databaseUrl, path } from '#options/shapes.ts'

export const data = {
  dataDir: option({
    flags: ['--data-dir'],
    shape: path,
    byDefault: './data',
    prose:
      'The folder for everything that outlives a restart: database, attachments, generated secrets.',
  }),
  databaseUrl: optional({
    flags: ['--database-url'],
    variables: ['OBSCURA_DATABASE_URL', 'SC_DATABASE_URL', 'DATABASE_URL'],
    shape: databaseUrl,
    whenUnset: 'sqlite: sotto.db in the data folder',
    prose:
      'Another place for the database: sqlite:PATH, or memory: for a relay that forgets everything when it ' +
      'stops. PostgreSQL URLs are refused: this version keeps its data in SQLite.',
  }),
}

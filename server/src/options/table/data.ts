/**
 * @module Options: where the relay keeps its data.
 */
import { option, optional } from '#options/option.ts'
import { databaseUrl, path } from '#options/shapes.ts'

/** The other backend is what an unset option means. */
function urlOfBackend(backend: string): string | undefined {
  if (backend === 'memory') return 'memory:'
  return backend === 'sqlite' ? undefined : backend
}

export const data = {
  dataDir: option({
    flags: ['--data-dir'],
    variables: ['RELAY_DATA_DIR'],
    shape: path,
    byDefault: './data',
    prose:
      'The folder for everything that outlives a restart: database, attachments, generated secrets.',
  }),
  databaseUrl: optional({
    flags: ['--database-url'],
    variables: ['OBSCURA_DATABASE_URL', 'SC_DATABASE_URL', 'RELAY_STORAGE_BACKEND', 'DATABASE_URL'],
    shape: databaseUrl,
    whenUnset: 'sqlite: sotto.db in the data folder',
    prose:
      'Another place for the database: sqlite:PATH, or memory: for a relay that forgets everything when it ' +
      'stops. PostgreSQL URLs are refused: this version keeps its data in SQLite. RELAY_STORAGE_BACKEND says memory or ' +
      'sqlite.',
    translate: { RELAY_STORAGE_BACKEND: urlOfBackend },
  }),
}

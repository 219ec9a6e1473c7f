/**
 * @module How the file is opened. Durable before answered: `synchronous=FULL` makes each commit wait for the disk.
 */

/** Eight bodies of a kilobyte to a page: fewer pages to a commit than with SQLite's 4096. */
export const pageBytes = 8192

export const writerPragmas = `
PRAGMA page_size=${pageBytes};
PRAGMA journal_mode=WAL;
PRAGMA synchronous=FULL;
PRAGMA secure_delete=ON;
PRAGMA foreign_keys=ON;
PRAGMA busy_timeout=5000;
PRAGMA wal_autocheckpoint=0;
PRAGMA cache_size=-16384;
PRAGMA temp_store=MEMORY;
`

/** The reader's cache is small: what waits is read once, and the system caches the file. 3.5 MB more made nothing faster. */
export const readerPragmas = `
PRAGMA query_only=ON;
PRAGMA busy_timeout=5000;
PRAGMA cache_size=-512;
`

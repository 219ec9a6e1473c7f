/**
 * @module Every migration in order. A file that was released is never edited; a change is a new file.
 */
import { sql as mailboxes } from '#store/sqlite/migrations/0001-mailboxes.ts'
import { sql as accounts } from '#store/sqlite/migrations/0002-accounts.ts'
import { sql as live } from '#store/sqlite/migrations/0003-live.ts'
import { sql as recovery } from '#store/sqlite/migrations/0004-recovery.ts'
import { move as moveFleeting, sql as fleeting } from '#store/sqlite/migrations/0005-fleeting.ts'
import type { Connection } from '#store/sqlite/driver.ts'

export interface Migration {
  readonly name: string
  readonly sql: string
  /** What SQL alone cannot do, in the same transaction and after it. */
  readonly move?: (connection: Connection) => Promise<void>
}

export const migrations: readonly Migration[] = [
  { name: '0001-mailboxes', sql: mailboxes },
  { name: '0002-accounts', sql: accounts },
  { name: '0003-live', sql: live },
  { name: '0004-recovery', sql: recovery },
  { name: '0005-fleeting', sql: fleeting, move: moveFleeting },
]

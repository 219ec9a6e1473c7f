/**
 * @module Recovery proofs, in SQLite.
 */
import type { RecoveryProof, RecoveryStore } from '#store/store.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'
import type { Writer } from '#store/sqlite/writer.ts'

// ------------------------------------------------------------------------------------- the writing thread

interface ExpireInput {
  readonly nowMillis: number
  readonly limit: number
}

export function recoveryPrograms(
  connection: Connection,
): Readonly<Record<string, (input: never) => unknown>> {
  const put = connection.prepare(
    'INSERT OR REPLACE INTO recovery_proof (hash, expires_at, data) VALUES (?, ?, ?)',
  )
  const expire = connection.prepare<{ number: number }>(
    `DELETE FROM recovery_proof WHERE rowid IN
      (SELECT rowid FROM recovery_proof WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)
      RETURNING rowid AS number`,
  )
  return {
    'recovery.put': ({ hash, expiresAtMillis, data }: RecoveryProof): void =>
      void put.run(hash, expiresAtMillis, data),
    'recovery.expire': ({ nowMillis, limit }: ExpireInput): number =>
      expire.all(nowMillis, limit).length,
  }
}

// --------------------------------------------------------------------------------------- the relay's thread

interface ProofRow {
  readonly expires_at: number
  readonly data: Uint8Array
}

export class SqliteRecovery implements RecoveryStore {
  readonly #writer: Writer
  readonly #select: Statement<ProofRow>

  constructor(writer: Writer, reader: Connection) {
    this.#writer = writer
    this.#select = reader.prepare(
      'SELECT expires_at, data FROM recovery_proof WHERE hash = ? AND expires_at > ?',
    )
  }

  put(proof: RecoveryProof): Promise<void> {
    return this.#writer.call('recovery.put', proof)
  }

  async get(hashes: readonly Uint8Array[], nowMillis: number): Promise<readonly RecoveryProof[]> {
    const asked = new Map(hashes.map((hash) => [Buffer.from(hash).toString('hex'), hash]))
    return [...asked.values()].flatMap((hash) => {
      const row = this.#select.get(hash, nowMillis)
      return row === undefined ? [] : [{ hash, data: row.data, expiresAtMillis: row.expires_at }]
    })
  }

  expire(nowMillis: number, limit: number): Promise<number> {
    return this.#writer.call('recovery.expire', { nowMillis, limit })
  }
}

/**
 * @module Who has logged in at the live door, in SQLite. Most logins change nothing, and are told so by the reading
 * connection: only the others are written.
 */
import type { IdentityKey, MailboxId } from '@sotto/wire'
import type { ExchangeKey, IdentityStore } from '#store/store.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'
import type { MailboxWrites } from '#store/sqlite/mailbox-writes.ts'
import type { SqliteMailboxes } from '#store/sqlite/mailboxes.ts'
import type { Writer } from '#store/sqlite/writer.ts'

// ------------------------------------------------------------------------------------- the writing thread

interface EnterInput {
  readonly identity: IdentityKey
  readonly mailbox: MailboxId
  readonly exchangeKey: ExchangeKey | undefined
}

interface DevicesInput {
  readonly identity: IdentityKey
  readonly record: Uint8Array
}

export function identityPrograms(
  connection: Connection,
  mailboxes: MailboxWrites,
): Readonly<Record<string, (input: never) => unknown>> {
  const insert = connection.prepare('INSERT OR IGNORE INTO identity (key) VALUES (?)')
  const setExchangeKey = connection.prepare(
    'UPDATE identity SET exchange_key = ?, exchange_signature = ? WHERE key = ?',
  )
  const setDevices = connection.prepare('UPDATE identity SET devices = ? WHERE key = ?')

  return {
    'identities.enter': ({ identity, mailbox, exchangeKey }: EnterInput): void => {
      insert.run(identity)
      if (exchangeKey !== undefined) {
        setExchangeKey.run(exchangeKey.publicKey, exchangeKey.signature ?? null, identity)
      }
      mailboxes.open(mailbox)
    },
    'identities.set-devices': ({ identity, record }: DevicesInput): void =>
      void setDevices.run(record, identity),
  }
}

// --------------------------------------------------------------------------------------- the relay's thread

/** Columns of an identity in a row; both are null when nothing is known. */
export interface ExchangeKeyColumns {
  readonly exchange_key: Uint8Array | null
  readonly exchange_signature: Uint8Array | null
}

export function exchangeKeyIn(row: ExchangeKeyColumns): ExchangeKey | undefined {
  if (row.exchange_key === null) return undefined
  return { publicKey: row.exchange_key, signature: row.exchange_signature ?? undefined }
}

export class SqliteIdentities implements IdentityStore {
  readonly #writer: Writer
  readonly #mailboxes: SqliteMailboxes
  readonly #select: Statement<ExchangeKeyColumns>
  readonly #selectDevices: Statement<{ devices: Uint8Array | null }>

  constructor(writer: Writer, reader: Connection, mailboxes: SqliteMailboxes) {
    this.#writer = writer
    this.#mailboxes = mailboxes
    this.#select = reader.prepare(
      'SELECT exchange_key, exchange_signature FROM identity WHERE key = ?',
    )
    this.#selectDevices = reader.prepare('SELECT devices FROM identity WHERE key = ?')
  }

  async enter(
    identity: IdentityKey,
    mailbox: MailboxId,
    exchangeKey: ExchangeKey | undefined,
  ): Promise<void> {
    const row = this.#select.get(identity)
    const isNews =
      row === undefined ||
      this.#mailboxes.numberOf(mailbox) === undefined ||
      (exchangeKey !== undefined && !isSame(exchangeKey, exchangeKeyIn(row)))
    if (!isNews) return
    const input: EnterInput = { identity, mailbox, exchangeKey }
    await this.#writer.call('identities.enter', input)
  }

  async isKnown(identity: IdentityKey): Promise<boolean> {
    return this.#select.get(identity) !== undefined
  }

  setDevices(identity: IdentityKey, record: Uint8Array): Promise<void> {
    const input: DevicesInput = { identity, record }
    return this.#writer.call('identities.set-devices', input)
  }

  async devices(identity: IdentityKey): Promise<Uint8Array | undefined> {
    return this.#selectDevices.get(identity)?.devices ?? undefined
  }
}

function isSame(a: ExchangeKey, b: ExchangeKey | undefined): boolean {
  if (b === undefined || Buffer.compare(a.publicKey, b.publicKey) !== 0) return false
  if (a.signature === undefined || b.signature === undefined) return a.signature === b.signature
  return Buffer.compare(a.signature, b.signature) === 0
}

/**
 * @module Accounts and their sessions in SQLite.
 */
import type { AccountId } from '@sotto/wire'
import type {
  AccountStore,
  NewAccount,
  NewSession,
  RegisterOutcome,
  RotateOutcome,
} from '#store/store.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'
import { mailboxWrites } from '#store/sqlite/mailbox-writes.ts'
import { deviceWrites } from '#store/sqlite/prekeys.ts'
import type { Writer } from '#store/sqlite/writer.ts'

// ------------------------------------------------------------------------------------- the writing thread

interface SessionRow {
  readonly family: Uint8Array
  readonly account: Uint8Array
  readonly expires_at: number
  readonly spent_at: number | null
}

type Rotation = Parameters<AccountStore['rotateSession']>[0]

interface EndInput {
  readonly account: Uint8Array
  readonly tokenHash: Uint8Array
}

interface EndOthersInput {
  readonly account: Uint8Array
  readonly except: Uint8Array | undefined
}

interface ExpireInput {
  readonly nowMillis: number
  readonly limit: number
}

export function accountPrograms(
  connection: Connection,
): Readonly<Record<string, (input: never) => unknown>> {
  const mailboxes = mailboxWrites(connection)
  const devices = deviceWrites(connection)
  const selectUsername = connection.prepare<{ id: Uint8Array }>(
    'SELECT id FROM account WHERE username = ?',
  )
  const insertAccount = connection.prepare('INSERT INTO account VALUES (?, ?, ?)')
  const insertSession = connection.prepare('INSERT INTO session VALUES (?, ?, ?, ?, NULL)')
  const selectSession = connection.prepare<SessionRow>(
    'SELECT family, account, expires_at, spent_at FROM session WHERE token_hash = ?',
  )
  const spendSession = connection.prepare('UPDATE session SET spent_at = ? WHERE token_hash = ?')
  const removeFamily = connection.prepare('DELETE FROM session WHERE family = ?')
  const selectFamilies = connection.prepare<{ family: Uint8Array }>(
    'SELECT DISTINCT family FROM session WHERE account = ?',
  )
  const selectExpired = connection.prepare<{ token_hash: Uint8Array }>(
    'SELECT token_hash FROM session WHERE expires_at <= ? LIMIT ?',
  )
  const removeSession = connection.prepare('DELETE FROM session WHERE token_hash = ?')

  function register(input: NewAccount): RegisterOutcome {
    if (selectUsername.get(input.username) !== undefined) return { kind: 'username-taken' }
    insertAccount.run(input.account, input.username, input.passwordHash)
    const mailbox = mailboxes.open(input.mailbox)
    devices.insertDevice(mailbox, input.prekeys.identity, input.prekeys)
    openSession({ ...input.session, account: input.account })
    return { kind: 'registered' }
  }

  function openSession(session: NewSession): void {
    insertSession.run(session.tokenHash, session.family, session.account, session.expiresAtMillis)
  }

  function rotate(rotation: Rotation): RotateOutcome {
    const session = selectSession.get(rotation.tokenHash)
    if (session === undefined || session.expires_at <= rotation.nowMillis) {
      return { kind: 'refused' }
    }
    // The row was written by this file, with an account's id.
    const account = session.account as AccountId
    if (session.spent_at !== null) {
      if (rotation.nowMillis - session.spent_at <= rotation.graceMillis) return { kind: 'retried' }
      removeFamily.run(session.family)
      return { kind: 'reused', account, family: session.family }
    }
    spendSession.run(rotation.nowMillis, rotation.tokenHash)
    insertSession.run(
      rotation.successor,
      session.family,
      session.account,
      rotation.successorExpiresAtMillis,
    )
    return { kind: 'rotated', account, family: session.family }
  }

  function end({ account, tokenHash }: EndInput): Uint8Array | undefined {
    const session = selectSession.get(tokenHash)
    if (session === undefined || Buffer.compare(session.account, account) !== 0) return undefined
    removeFamily.run(session.family)
    return session.family
  }

  function endOthers({ account, except }: EndOthersInput): Uint8Array[] {
    const ended = selectFamilies
      .all(account)
      .map((row) => row.family)
      .filter((family) => except === undefined || Buffer.compare(family, except) !== 0)
    for (const family of ended) removeFamily.run(family)
    return ended
  }

  function expire({ nowMillis, limit }: ExpireInput): number {
    const expired = selectExpired.all(nowMillis, limit)
    for (const row of expired) removeSession.run(row.token_hash)
    return expired.length
  }

  return {
    'accounts.register': register,
    'accounts.open-session': openSession,
    'accounts.rotate-session': rotate,
    'accounts.end-session': end,
    'accounts.end-other-sessions': endOthers,
    'accounts.expire-sessions': expire,
  }
}

// --------------------------------------------------------------------------------------- the relay's thread

export class SqliteAccounts implements AccountStore {
  readonly #writer: Writer
  readonly #selectByUsername: Statement<{ id: Uint8Array; password_hash: string }>
  readonly #selectOpen: Statement<{ family: Uint8Array }>

  constructor(writer: Writer, reader: Connection) {
    this.#writer = writer
    this.#selectByUsername = reader.prepare(
      'SELECT id, password_hash FROM account WHERE username = ?',
    )
    this.#selectOpen = reader.prepare(
      'SELECT family FROM session WHERE family = ? AND spent_at IS NULL LIMIT 1',
    )
  }

  register(account: NewAccount): Promise<RegisterOutcome> {
    return this.#writer.call('accounts.register', account)
  }

  async findByUsername(
    username: string,
  ): Promise<{ readonly account: AccountId; readonly passwordHash: string } | undefined> {
    const row = this.#selectByUsername.get(username)
    if (row === undefined) return undefined
    // The column holds nothing but accounts' ids.
    return { account: row.id as AccountId, passwordHash: row.password_hash }
  }

  openSession(session: NewSession): Promise<void> {
    return this.#writer.call('accounts.open-session', session)
  }

  rotateSession(rotation: Rotation): Promise<RotateOutcome> {
    return this.#writer.call('accounts.rotate-session', rotation)
  }

  endSession(account: AccountId, tokenHash: Uint8Array): Promise<Uint8Array | undefined> {
    return this.#writer.call('accounts.end-session', { account, tokenHash } satisfies EndInput)
  }

  endOtherSessions(
    account: AccountId,
    except: Uint8Array | undefined,
  ): Promise<readonly Uint8Array[]> {
    const input: EndOthersInput = { account, except }
    return this.#writer.call('accounts.end-other-sessions', input)
  }

  async sessionIsOpen(family: Uint8Array): Promise<boolean> {
    return this.#selectOpen.get(family) !== undefined
  }

  expireSessions(nowMillis: number, limit: number): Promise<number> {
    return this.#writer.call('accounts.expire-sessions', { nowMillis, limit } satisfies ExpireInput)
  }
}

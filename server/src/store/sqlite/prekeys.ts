/**
 * @module Identity keys and prekeys in SQLite. All decisions that depend on what is stored are made in the writing
 * thread, where one operation runs after the other: that is what serves a one-time key at most once.
 */
import type { MailboxId } from '@sotto/wire'
import type {
  DeviceIdentity,
  OneTimePrekey,
  PrekeyBundle,
  PrekeyStore,
  PrekeyUpload,
  PrekeyUploadOutcome,
  PrekeyUploadRequest,
} from '#store/store.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'
import type { MailboxWrites } from '#store/sqlite/mailbox-writes.ts'
import type { SqliteMailboxes } from '#store/sqlite/mailboxes.ts'
import type { Writer } from '#store/sqlite/writer.ts'

// ------------------------------------------------------------------------------------- the writing thread

interface DeviceRow {
  readonly identity_key: Uint8Array
  readonly registration_id: number
  readonly signed_key_id: number
  readonly signed_public_key: Uint8Array
  readonly signed_signature: Uint8Array
}

interface UploadInput {
  readonly request: PrekeyUploadRequest
  /** What waits in the mailbox, to be removed if this is a takeover. */
  readonly waiting: readonly number[]
}

interface TakeInput {
  readonly mailbox: MailboxId
  readonly consume: boolean
}

type Programs = Readonly<Record<string, (input: never) => unknown>>

export function prekeyPrograms(connection: Connection, mailboxes: MailboxWrites): Programs {
  const writes = deviceWrites(connection)
  const selectDevice = connection.prepare<DeviceRow>('SELECT * FROM device WHERE mailbox = ?')
  const selectOldest = connection.prepare<{
    number: number
    key_id: number
    public_key: Uint8Array
  }>(
    'SELECT number, key_id, public_key FROM one_time_prekey WHERE mailbox = ? ORDER BY number LIMIT 1',
  )
  const removeOneTime = connection.prepare('DELETE FROM one_time_prekey WHERE number = ?')
  const removeOldest = connection.prepare(`DELETE FROM one_time_prekey WHERE number IN (
    SELECT number FROM one_time_prekey WHERE mailbox = ? ORDER BY number LIMIT ?)`)
  const countOneTime = connection.prepare<{ count: number }>(countOneTimeSql)
  const selectKeyId = connection.prepare<{ key_id: number }>(
    'SELECT key_id FROM one_time_prekey WHERE mailbox = ? AND key_id = ?',
  )

  function upload({ request, waiting }: UploadInput): PrekeyUploadOutcome {
    const mailbox = mailboxes.numberOf(request.mailbox)
    const device = mailbox === undefined ? undefined : selectDevice.get(mailbox)
    if (mailbox === undefined || device === undefined) return { kind: 'unknown-mailbox' }
    const isSame = Buffer.compare(device.identity_key, request.identityKey) === 0
    if (!isSame) {
      if (request.takeover === undefined) return { kind: 'identity-changed' }
      mailboxes.remove(waiting)
      writes.removeDevice(mailbox)
      writes.insertDevice(
        mailbox,
        {
          publicKey: request.identityKey,
          registrationId: request.takeover.registrationId,
        },
        request,
      )
      return { kind: 'taken-over', purged: waiting.length }
    }
    if (request.signed.keyId <= device.signed_key_id) {
      return { kind: 'stale-signed-prekey', current: device.signed_key_id }
    }
    writes.rotateSigned(mailbox, request.signed)
    // An id that is there already keeps its key, and takes no room.
    const fresh = request.oneTime.filter((key) => selectKeyId.get(mailbox, key.keyId) === undefined)
    const surplus = (countOneTime.get(mailbox)?.count ?? 0) + fresh.length - request.maxOneTime
    if (surplus > 0) removeOldest.run(mailbox, surplus)
    for (const key of fresh) writes.insertOneTime(mailbox, key)
    return { kind: 'refilled' }
  }

  function takeBundle(input: TakeInput): PrekeyBundle | undefined {
    const mailbox = mailboxes.numberOf(input.mailbox)
    const device = mailbox === undefined ? undefined : selectDevice.get(mailbox)
    if (mailbox === undefined || device === undefined) return undefined
    const oldest = input.consume ? selectOldest.get(mailbox) : undefined
    if (oldest !== undefined) removeOneTime.run(oldest.number)
    return {
      identity: { publicKey: device.identity_key, registrationId: device.registration_id },
      signed: {
        keyId: device.signed_key_id,
        publicKey: device.signed_public_key,
        signature: device.signed_signature,
      },
      oneTime:
        oldest === undefined ? undefined : { keyId: oldest.key_id, publicKey: oldest.public_key },
      remaining: countOneTime.get(mailbox)?.count ?? 0,
    }
  }

  return { 'prekeys.upload': upload, 'prekeys.take-bundle': takeBundle }
}

/** Writing a device's keys: shared with registration, which is one transaction with it. */
export function deviceWrites(connection: Connection): {
  insertDevice(mailbox: number, identity: DeviceIdentity, keys: PrekeyUpload): void
  removeDevice(mailbox: number): void
  rotateSigned(mailbox: number, signed: PrekeyUpload['signed']): void
  insertOneTime(mailbox: number, key: OneTimePrekey): void
} {
  const insertDevice = connection.prepare('INSERT INTO device VALUES (?, ?, ?, ?, ?, ?)')
  const removeDevice = connection.prepare('DELETE FROM device WHERE mailbox = ?')
  const rotateSigned = connection.prepare(
    `UPDATE device SET signed_key_id = ?, signed_public_key = ?, signed_signature = ? WHERE mailbox = ?`,
  )
  const insertOneTime = connection.prepare(
    'INSERT INTO one_time_prekey (mailbox, key_id, public_key) VALUES (?, ?, ?)',
  )
  return {
    insertDevice(mailbox, identity, { signed, oneTime }) {
      insertDevice.run(
        mailbox,
        identity.publicKey,
        identity.registrationId,
        signed.keyId,
        signed.publicKey,
        signed.signature,
      )
      for (const key of oneTime) insertOneTime.run(mailbox, key.keyId, key.publicKey)
    },
    /** One-time keys go with it. */
    removeDevice: (mailbox) => removeDevice.run(mailbox),
    rotateSigned: (mailbox, signed) =>
      rotateSigned.run(signed.keyId, signed.publicKey, signed.signature, mailbox),
    insertOneTime: (mailbox, key) => insertOneTime.run(mailbox, key.keyId, key.publicKey),
  }
}

// --------------------------------------------------------------------------------------- the relay's thread

const countOneTimeSql = 'SELECT count(*) AS count FROM one_time_prekey WHERE mailbox = ?'

export class SqlitePrekeys implements PrekeyStore {
  readonly #writer: Writer
  readonly #mailboxes: SqliteMailboxes
  readonly #selectIdentity: Statement<Pick<DeviceRow, 'identity_key' | 'registration_id'>>
  readonly #countOneTime: Statement<{ count: number }>

  constructor(writer: Writer, reader: Connection, mailboxes: SqliteMailboxes) {
    this.#writer = writer
    this.#mailboxes = mailboxes
    this.#selectIdentity = reader.prepare(
      'SELECT identity_key, registration_id FROM device WHERE mailbox = ?',
    )
    this.#countOneTime = reader.prepare(countOneTimeSql)
  }

  async identity(mailbox: MailboxId): Promise<DeviceIdentity | undefined> {
    const number = this.#mailboxes.numberOf(mailbox)
    const row = number === undefined ? undefined : this.#selectIdentity.get(number)
    if (row === undefined) return undefined
    return { publicKey: row.identity_key, registrationId: row.registration_id }
  }

  async upload(request: PrekeyUploadRequest): Promise<PrekeyUploadOutcome> {
    if (this.#mailboxes.numberOf(request.mailbox) === undefined) return { kind: 'unknown-mailbox' }
    // Deposits that were submitted before this are committed before it, so that these are all there is to purge.
    const waiting =
      request.takeover === undefined ? undefined : this.#mailboxes.allIn(request.mailbox)
    const outcome = await this.#writer.call<PrekeyUploadOutcome>('prekeys.upload', {
      request,
      waiting: waiting?.entries.map((entry) => entry.sequence) ?? [],
    } satisfies UploadInput)
    if (outcome.kind === 'taken-over' && waiting !== undefined) this.#mailboxes.forget(waiting)
    return outcome
  }

  takeBundle(mailbox: MailboxId, consume: boolean): Promise<PrekeyBundle | undefined> {
    return this.#writer.call('prekeys.take-bundle', { mailbox, consume } satisfies TakeInput)
  }

  async countOneTime(mailbox: MailboxId): Promise<number> {
    const number = this.#mailboxes.numberOf(mailbox)
    return number === undefined ? 0 : (this.#countOneTime.get(number)?.count ?? 0)
  }
}

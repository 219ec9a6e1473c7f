/**
 * @module Sessions over a store: read what is needed, ask whether the identity is trusted, take one pure step, commit,
 * and only then hand out what came of it and erase what is no longer needed.
 *
 * Steps wait for each other, because two that begin with the same record would use the same keys. That holds within one
 * `Sessions`: a store has one at a time, so tabs and processes that share one agree on who holds it.
 */
import { equalBytes, type Primitives, wipe } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { parsePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'
import type { OwnPrekeys } from '#pqxdh/accept-session.ts'
import type { PrekeyBundle } from '#prekeys/prekeys.ts'
import type { Randomness } from '#randomness.ts'
import { decrypt, noPrekeys, prekeysNeededBy } from '#session/decrypt.ts'
import { encrypt } from '#session/encrypt.ts'
import { refusal } from '#session/outcomes.ts'
import type { CiphertextMessage, LocalDevice } from '#session/parties.ts'
import { processBundle } from '#session/process-bundle.ts'
import { readRecord, writeRecord } from '#session/record-format.ts'
import { hasUsableSession, type SessionRecord } from '#session/session-record.ts'
import type { SessionChange, SessionStore } from '#session/session-store.ts'

export interface SessionsOptions {
  readonly primitives: Primitives
  readonly store: SessionStore
  readonly local: LocalDevice
  readonly random: Randomness
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export class Sessions {
  readonly #options: SessionsOptions
  /** Ends with the step that was begun last. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** Whether `encrypt` has what it needs; if not, a bundle is to be fetched. */
  hasSession(remote: ProtocolAddress): Promise<boolean> {
    return this.#inTurn(async () => {
      const record = await this.#load(remote)
      return record !== undefined && hasUsableSession(record, this.#options.now())
    })
  }

  processBundle(remote: ProtocolAddress, bundle: PrekeyBundle): Promise<void> {
    const { primitives, local, random, now } = this.#options
    return this.#inTurn(async () => {
      const identityKey = Uint8Array.from(bundle.identityKey)
      await this.#trust(remote, identityKey, 'sending')
      const record = await this.#load(remote)
      const step = processBundle(
        primitives,
        { local, remote, bundle, record, nowMillis: now() },
        random,
      )
      await this.#commit(remote, identityKey, step.record, undefined)
      wipe(...step.wipe)
    })
  }

  /** The message may be sent: its key is spent. */
  encrypt(remote: ProtocolAddress, plaintext: Uint8Array): Promise<CiphertextMessage> {
    const { primitives, local, random, now } = this.#options
    return this.#inTurn(async () => {
      const record = await this.#load(remote)
      const step = encrypt(
        primitives,
        { local: local.address, remote, record, plaintext, nowMillis: now() },
        random,
      )
      await this.#trust(remote, step.remoteIdentity, 'sending')
      await this.#commit(remote, step.remoteIdentity, step.record, undefined)
      wipe(...step.wipe)
      return step.message
    })
  }

  decrypt(remote: ProtocolAddress, message: CiphertextMessage): Promise<Uint8Array> {
    const { primitives, local, random } = this.#options
    return this.#inTurn(async () => {
      const first = message.type === 'prekey' ? parsePreKeySignalMessage(message.bytes) : undefined
      if (first !== undefined) await this.#trust(remote, first.identityKey, 'receiving')
      const record = await this.#load(remote)
      const needed = first === undefined ? undefined : prekeysNeededBy(record, first)
      const prekeys = needed === undefined ? noPrekeys : await this.#loadPrekeys(needed)
      const step = decrypt(primitives, { local, remote, record, message, prekeys }, random)
      // A session that exists has its own idea of who the peer is; what the message says outside may be anything.
      if (first === undefined || !equalBytes(first.identityKey, step.remoteIdentity)) {
        await this.#trust(remote, step.remoteIdentity, 'receiving')
      }
      await this.#commit(remote, step.remoteIdentity, step.record, step.used)
      wipe(...step.wipe)
      return step.plaintext
    })
  }

  async #load(address: ProtocolAddress): Promise<SessionRecord | undefined> {
    const bytes = await this.#options.store.loadRecord(address)
    return bytes === undefined ? undefined : readRecord(bytes)
  }

  async #loadPrekeys(needed: {
    readonly signedPrekeyId: number
    readonly kyberPrekeyId: number
    readonly oneTimePrekeyId: number | undefined
  }): Promise<OwnPrekeys> {
    const { store } = this.#options
    return {
      signed: await store.loadSignedPrekey(needed.signedPrekeyId),
      kyber: await store.loadKyberPrekey(needed.kyberPrekeyId),
      oneTime:
        needed.oneTimePrekeyId === undefined
          ? undefined
          : await store.loadOneTimePrekey(needed.oneTimePrekeyId),
    }
  }

  async #trust(
    address: ProtocolAddress,
    identityKey: Uint8Array,
    direction: 'sending' | 'receiving',
  ): Promise<void> {
    if (await this.#options.store.isTrustedIdentity(address, identityKey, direction)) return
    throw new SignalError('untrusted-identity', 'Cannot go on: the identity key is not trusted')
  }

  async #commit(
    address: ProtocolAddress,
    identityKey: Uint8Array,
    record: SessionRecord,
    used: SessionChange['used'],
  ): Promise<void> {
    const change = { address, identityKey, used, record: writeRecord(record) }
    if ((await this.#options.store.commit(change)) === 'reused-base-key') throw refusal()
  }

  /** After all steps before, whether they went well or not. */
  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(step, step)
    this.#last = result.catch(() => undefined)
    return result
  }
}

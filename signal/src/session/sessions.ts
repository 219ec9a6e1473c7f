/**
 * @module Sessions over a store: read what is needed, ask whether the identity is trusted, take one pure step, commit,
 * and only then hand out what came of it. However a step ends, the secrets that it has loaded or made are erased then:
 * the store has them, in bytes of its own.
 *
 * Steps wait for each other, because two that begin with the same record would use the same keys. That holds within one
 * `Sessions`: a store has one at a time, so tabs and processes that share one agree on who holds it.
 */
import { equalBytes, type Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { parsePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'
import type { OwnPrekeys } from '#pqxdh/accept-session.ts'
import type { PrekeyBundle } from '#prekeys/prekeys.ts'
import { erasable, type Randomness } from '#randomness.ts'
import { decrypt, noPrekeys, prekeysNeededBy } from '#session/decrypt.ts'
import { encrypt } from '#session/encrypt.ts'
import { refusal } from '#session/outcomes.ts'
import type { CiphertextMessage, LocalDevice } from '#session/parties.ts'
import { processBundle } from '#session/process-bundle.ts'
import { readRecord, writeRecord } from '#session/record-format.ts'
import { hasUsableSession, secretsOfRecord, type SessionRecord } from '#session/session-record.ts'
import type { SessionChange, SessionStore } from '#session/session-store.ts'

export interface SessionsOptions {
  readonly primitives: Primitives
  readonly store: SessionStore
  readonly local: LocalDevice
  /** What it answers is erased. */
  readonly random: Randomness
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The secrets that a step has in memory. */
interface Held {
  /** As it was loaded, and then as the step has made it, when what only the former holds is in `spent`. */
  record: SessionRecord | undefined
  readonly spent: Uint8Array[]
}

export class Sessions {
  readonly #options: SessionsOptions
  /** Ends, and never fails, with the step that was begun last. */
  #last: Promise<void> = Promise.resolve()

  constructor(options: SessionsOptions) {
    this.#options = options
  }

  /** Whether `encrypt` has what it needs; if not, a bundle is to be fetched. */
  hasSession(remote: ProtocolAddress): Promise<boolean> {
    return this.#inTurn(async (held) => {
      const record = await this.#load(remote, held)
      return record !== undefined && hasUsableSession(record, this.#options.now())
    })
  }

  processBundle(remote: ProtocolAddress, bundle: PrekeyBundle): Promise<void> {
    const { primitives, local, random, now } = this.#options
    return this.#inTurn(async (held) => {
      const identityKey = Uint8Array.from(bundle.identityKey)
      await this.#trust(remote, identityKey, 'sending')
      const record = await this.#load(remote, held)
      const step = processBundle(
        primitives,
        { local, remote, bundle, record, nowMillis: now() },
        erasable(random, held.spent),
      )
      held.record = step.record
      held.spent.push(...step.wipe)
      await this.#commit(remote, identityKey, step.record, undefined)
    })
  }

  /** The message may be sent: its key is spent. */
  encrypt(remote: ProtocolAddress, plaintext: Uint8Array): Promise<CiphertextMessage> {
    const { primitives, local, random, now } = this.#options
    return this.#inTurn(async (held) => {
      const record = await this.#load(remote, held)
      const step = encrypt(
        primitives,
        { local: local.address, remote, record, plaintext, nowMillis: now() },
        erasable(random, held.spent),
      )
      held.record = step.record
      held.spent.push(...step.wipe)
      const identityKey = lendable(step.remoteIdentity)
      await this.#trust(remote, identityKey, 'sending')
      await this.#commit(remote, identityKey, step.record, undefined)
      return step.message
    })
  }

  decrypt(remote: ProtocolAddress, message: CiphertextMessage): Promise<Uint8Array> {
    const { primitives, local, random } = this.#options
    return this.#inTurn(async (held) => {
      const first = message.type === 'prekey' ? parsePreKeySignalMessage(message.bytes) : undefined
      if (first !== undefined) await this.#trust(remote, first.identityKey, 'receiving')
      const record = await this.#load(remote, held)
      const needed = first === undefined ? undefined : prekeysNeededBy(record, first)
      const prekeys = needed === undefined ? noPrekeys : await this.#loadPrekeys(needed)
      const step = decrypt(
        primitives,
        { local, remote, record, message, prekeys },
        erasable(random, held.spent),
      )
      held.record = step.record
      held.spent.push(...step.wipe)
      const identityKey = lendable(step.remoteIdentity)
      // A session that exists has its own idea of who the peer is; what the message says outside may be anything.
      if (first === undefined || !equalBytes(first.identityKey, identityKey)) {
        await this.#trust(remote, identityKey, 'receiving')
      }
      await this.#commit(remote, identityKey, step.record, step.used)
      return step.plaintext
    })
  }

  async #load(address: ProtocolAddress, held: Held): Promise<SessionRecord | undefined> {
    const bytes = await this.#options.store.loadRecord(address)
    if (bytes !== undefined) held.record = readRecord(bytes)
    return held.record
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

  /** After all steps before, whether they went well or not. What the step holds is erased at its end. */
  async #inTurn<Result>(step: (held: Held) => Promise<Result>): Promise<Result> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    const held: Held = { record: undefined, spent: [] }
    try {
      return await step(held)
    } finally {
      erase(held)
      resolve()
    }
  }
}

/** A copy: the key may be a view of a record, and a store that clones a view clones what is around it. */
function lendable(identityKey: Uint8Array): Uint8Array {
  return new Uint8Array(identityKey)
}

/** One by one: there may be thousands. */
function erase({ record, spent }: Held): void {
  if (record !== undefined) for (const secret of secretsOfRecord(record)) secret.fill(0)
  for (const secret of spent) secret.fill(0)
}

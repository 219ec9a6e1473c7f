/**
 * @module Groups over a store: read the record, take one pure step, store what it has changed, and only then hand out
 * what came of it. However a step ends, the secrets that it has loaded or made are erased then: the store has them, in
 * bytes of its own.
 *
 * Steps wait for each other, because two that begin with the same record would use the same keys. That holds within one
 * `Groups`: a store has one at a time.
 */
import type { Primitives } from '@sotto/primitives'
import { acceptSenderKey } from '#groups/accept-sender-key.ts'
import { decryptGroupMessage } from '#groups/decrypt-group-message.ts'
import { distributeSenderKey } from '#groups/distribute-sender-key.ts'
import { encryptGroupMessage } from '#groups/encrypt-group-message.ts'
import type { GroupStore } from '#groups/group-store.ts'
import { readSenderKeyRecord, writeSenderKeyRecord } from '#groups/sender-key-record-format.ts'
import { secretsOfRecord, type SenderKeyRecord } from '#groups/sender-key-record.ts'
import { parseDistributionId, serializeDistributionId } from '#messages/distribution-id.ts'
import { parseSenderKeyDistributionMessage } from '#messages/sender-key-distribution-message.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'
import { erasable, type Randomness } from '#randomness.ts'

export interface GroupsOptions {
  readonly primitives: Primitives
  readonly store: GroupStore
  /** This device. */
  readonly local: ProtocolAddress
  /** What it answers is erased. */
  readonly random: Randomness
}

/** The secrets that a step has in memory. */
interface Held {
  /** As it was loaded, and then as the step has made it, when what only the former holds is in `spent`. */
  record: SenderKeyRecord | undefined
  readonly spent: Uint8Array[]
}

export class Groups {
  readonly #options: GroupsOptions
  /** Ends, and never fails, with the step that was begun last. */
  #last: Promise<void> = Promise.resolve()

  constructor(options: GroupsOptions) {
    this.#options = options
  }

  /** Our key for this group, made if there is none: to be sent to every member within their session. */
  distribute(distributionId: string): Promise<Uint8Array> {
    const { primitives, local, random } = this.#options
    return this.#inTurn(async (held) => {
      const id = canonical(distributionId)
      const known = await this.#load(local, id, held)
      const own = { record: known, distributionId: id }
      const { record, message } = distributeSenderKey(primitives, own, erasable(random, held.spent))
      held.record = record
      held.spent.push(message)
      if (known === undefined) await this.#store(local, id, record)
      // It has the chain key: what was made is erased in any case, also when it is not handed out.
      return new Uint8Array(message)
    })
  }

  /** Takes the key that a sender has distributed. */
  accept(sender: ProtocolAddress, distribution: Uint8Array): Promise<void> {
    return this.#inTurn(async (held) => {
      const message = parseSenderKeyDistributionMessage(distribution)
      held.spent.push(message.chainKey)
      const known = await this.#load(sender, message.distributionId, held)
      const step = acceptSenderKey(known, message)
      held.record = step.record
      held.spent.push(...step.wipe)
      await this.#store(sender, message.distributionId, step.record)
    })
  }

  /** The message may be sent: its key is spent. */
  encrypt(distributionId: string, plaintext: Uint8Array): Promise<Uint8Array> {
    const { primitives, local, random } = this.#options
    return this.#inTurn(async (held) => {
      const id = canonical(distributionId)
      const record = await this.#load(local, id, held)
      const input = { record, distributionId: id, plaintext }
      const step = encryptGroupMessage(primitives, input, erasable(random, held.spent))
      held.record = step.record
      held.spent.push(...step.wipe)
      await this.#store(local, id, step.record)
      return step.message
    })
  }

  decrypt(sender: ProtocolAddress, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(async (held) => {
      const message = parseSenderKeyMessage(bytes)
      const record = await this.#load(sender, message.distributionId, held)
      const step = decryptGroupMessage(this.#options.primitives, record, message)
      held.record = step.record
      held.spent.push(...step.wipe)
      await this.#store(sender, message.distributionId, step.record)
      return step.plaintext
    })
  }

  async #load(
    sender: ProtocolAddress,
    distributionId: string,
    held: Held,
  ): Promise<SenderKeyRecord | undefined> {
    const bytes = await this.#options.store.loadSenderKey(sender, distributionId)
    if (bytes !== undefined) held.record = readSenderKeyRecord(bytes)
    return held.record
  }

  #store(sender: ProtocolAddress, distributionId: string, record: SenderKeyRecord): Promise<void> {
    const bytes = writeSenderKeyRecord(record)
    return this.#options.store.storeSenderKey(sender, distributionId, bytes)
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

function canonical(distributionId: string): string {
  return parseDistributionId(serializeDistributionId(distributionId))
}

/** One by one: there may be thousands. */
function erase({ record, spent }: Held): void {
  if (record !== undefined) for (const secret of secretsOfRecord(record)) secret.fill(0)
  for (const secret of spent) secret.fill(0)
}

/**
 * @module Groups over a store: read the record, take one pure step, store what it has changed, and only then hand out
 * what came of it and erase what is no longer needed.
 *
 * Steps wait for each other, because two that begin with the same record would use the same keys. That holds within one
 * `Groups`: a store has one at a time.
 */
import { wipe, type Primitives } from '@sotto/primitives'
import { acceptSenderKey } from '#groups/accept-sender-key.ts'
import { decryptGroupMessage } from '#groups/decrypt-group-message.ts'
import { distributeSenderKey } from '#groups/distribute-sender-key.ts'
import { encryptGroupMessage } from '#groups/encrypt-group-message.ts'
import type { GroupStore } from '#groups/group-store.ts'
import { readSenderKeyRecord, writeSenderKeyRecord } from '#groups/sender-key-record-format.ts'
import type { SenderKeyRecord } from '#groups/sender-key-record.ts'
import { parseDistributionId, serializeDistributionId } from '#messages/distribution-id.ts'
import { parseSenderKeyDistributionMessage } from '#messages/sender-key-distribution-message.ts'
import { parseSenderKeyMessage } from '#messages/sender-key-message.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'
import type { Randomness } from '#randomness.ts'

export interface GroupsOptions {
  readonly primitives: Primitives
  readonly store: GroupStore
  /** This device. */
  readonly local: ProtocolAddress
  readonly random: Randomness
}

export class Groups {
  readonly #options: GroupsOptions
  /** Ends with the step that was begun last. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: GroupsOptions) {
    this.#options = options
  }

  /** Our key for this group, made if there is none: to be sent to every member within their session. */
  distribute(distributionId: string): Promise<Uint8Array> {
    const { primitives, local, random } = this.#options
    return this.#inTurn(async () => {
      const id = canonical(distributionId)
      const known = await this.#load(local, id)
      const own = { record: known, distributionId: id }
      const { record, message } = distributeSenderKey(primitives, own, random)
      if (known === undefined) await this.#store(local, id, record)
      return message
    })
  }

  /** Takes the key that a sender has distributed. */
  accept(sender: ProtocolAddress, distribution: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      const message = parseSenderKeyDistributionMessage(distribution)
      const known = await this.#load(sender, message.distributionId)
      const step = acceptSenderKey(known, message)
      await this.#store(sender, message.distributionId, step.record)
      wipe(...step.wipe)
    })
  }

  /** The message may be sent: its key is spent. */
  encrypt(distributionId: string, plaintext: Uint8Array): Promise<Uint8Array> {
    const { primitives, local, random } = this.#options
    return this.#inTurn(async () => {
      const id = canonical(distributionId)
      const record = await this.#load(local, id)
      const input = { record, distributionId: id, plaintext }
      const step = encryptGroupMessage(primitives, input, random)
      await this.#store(local, id, step.record)
      wipe(...step.wipe)
      return step.message
    })
  }

  decrypt(sender: ProtocolAddress, bytes: Uint8Array): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const message = parseSenderKeyMessage(bytes)
      const record = await this.#load(sender, message.distributionId)
      const step = decryptGroupMessage(this.#options.primitives, record, message)
      await this.#store(sender, message.distributionId, step.record)
      wipe(...step.wipe)
      return step.plaintext
    })
  }

  async #load(
    sender: ProtocolAddress,
    distributionId: string,
  ): Promise<SenderKeyRecord | undefined> {
    const bytes = await this.#options.store.loadSenderKey(sender, distributionId)
    return bytes === undefined ? undefined : readSenderKeyRecord(bytes)
  }

  #store(sender: ProtocolAddress, distributionId: string, record: SenderKeyRecord): Promise<void> {
    const bytes = writeSenderKeyRecord(record)
    return this.#options.store.storeSenderKey(sender, distributionId, bytes)
  }

  /** After all steps before, whether they went well or not. */
  #inTurn<Result>(step: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(step, step)
    this.#last = result.catch(() => undefined)
    return result
  }
}

function canonical(distributionId: string): string {
  return parseDistributionId(serializeDistributionId(distributionId))
}

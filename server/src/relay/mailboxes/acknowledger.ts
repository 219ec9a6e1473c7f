/**
 * @module Gathers one reader's acknowledgements, so that a busy reader costs one removal for many envelopes. The first
 * of a batch starts the timer: a reader that acknowledges nothing costs nothing. Whatever was gathered is written when
 * the reader goes.
 */
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import type { MailboxStore } from '#store/store.ts'

export interface AcknowledgeLimits {
  /** So many are written at once, without waiting. */
  readonly batchSize: number
  readonly flushMillis: number
}

export interface AcknowledgeReport {
  removed(count: number): void
  /** They will be delivered again. */
  failed(error: unknown): void
}

export class Acknowledger {
  readonly #mailboxes: MailboxStore
  readonly #mailbox: MailboxId
  readonly #limits: AcknowledgeLimits
  readonly #report: AcknowledgeReport
  #gathered: EnvelopeId[] = []
  /** Everything that was handed to the store so far. */
  #writing: Promise<void> = Promise.resolve()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    mailboxes: MailboxStore,
    mailbox: MailboxId,
    limits: AcknowledgeLimits,
    report: AcknowledgeReport,
  ) {
    this.#mailboxes = mailboxes
    this.#mailbox = mailbox
    this.#limits = limits
    this.#report = report
  }

  add(ids: readonly EnvelopeId[]): void {
    for (const id of ids) {
      this.#gathered.push(id)
      if (this.#gathered.length >= this.#limits.batchSize) void this.flush()
    }
    if (this.#gathered.length > 0) {
      this.#timer ??= setTimeout(() => void this.flush(), this.#limits.flushMillis)
    }
  }

  /**
   * Writes what was gathered. Resolves when that, and whatever was written before it, is removed. Never rejects: a
   * failure is reported.
   */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const ids = this.#gathered
    if (ids.length === 0) return this.#writing
    this.#gathered = []
    this.#writing = Promise.all([this.#writing, this.#write(ids)]).then(() => undefined)
    return this.#writing
  }

  async #write(ids: readonly EnvelopeId[]): Promise<void> {
    try {
      this.#report.removed(await this.#mailboxes.acknowledge(this.#mailbox, ids))
    } catch (error) {
      this.#report.failed(error)
    }
  }
}

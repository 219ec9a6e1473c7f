/**
 * @module What has to be done in time: receipts that are due, sessions to heal, messages whose time is up, invitations and
 * addresses that are over. One timer, set to the next thing; and whoever changes what is due wakes it.
 */
import { renewDueAddresses } from '#contacts/decide.ts'
import { dropExpiredInvitations } from '#contacts/invitations.ts'
import { dropOldReadingKeys } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { isSottoError } from '#errors.ts'
import { expireMessages } from '#messages/expire.ts'
import { healAllDue } from '#messages/healing.ts'
import { sendDueReceipts } from '#messages/receipts.ts'
import { sweepSent } from '#messages/sent.ts'

const hourMillis = 60 * 60 * 1000
/** After a failure. */
const pauseMillis = 10_000

export class Upkeep {
  readonly #engine: Engine
  readonly #readingKeysMayHaveChanged: () => Promise<void>
  readonly #failed: (error: unknown) => void
  #timer: { cancel(): void } | undefined
  #running: Promise<void> | undefined
  #isWanted = false
  #isClosed = false
  #sweptFrom: string | undefined

  constructor(
    engine: Engine,
    readingKeysMayHaveChanged: () => Promise<void>,
    failed: (error: unknown) => void,
  ) {
    this.#engine = engine
    this.#readingKeysMayHaveChanged = readingKeysMayHaveChanged
    this.#failed = failed
  }

  wake(): void {
    if (this.#isClosed) return
    this.#isWanted = true
    this.#running ??= this.#run().finally(() => (this.#running = undefined))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#timer?.cancel()
    await this.#running
  }

  async #run(): Promise<void> {
    while (this.#isWanted && !this.#isClosed) {
      this.#isWanted = false
      this.#timer?.cancel()
      const { clock } = this.#engine.device
      let nextMillis: number
      try {
        nextMillis = await this.#round()
      } catch (error) {
        if (isSottoError(error, 'closed')) return
        this.#failed(error)
        nextMillis = clock.now() + pauseMillis
      }
      // Closed while this was under way: a timer would keep the program alive.
      if (this.#isClosed) return
      const wait = Math.max(0, nextMillis - clock.now())
      this.#timer = clock.after(wait, () => this.wake())
    }
  }

  /** Says when the next one is due. */
  async #round(): Promise<number> {
    const { state, device } = this.#engine
    const dueAt = await state.change(async (work) => {
      await dropExpiredInvitations(work, this.#engine)
      await dropOldReadingKeys(work, device)
      await renewDueAddresses(work, this.#engine)
      this.#sweptFrom = await sweepSent(work, this.#sweptFrom, device.clock.now())
      return [
        await sendDueReceipts(work, this.#engine),
        await healAllDue(work, this.#engine),
        await expireMessages(work, this.#engine),
      ]
    })
    await this.#readingKeysMayHaveChanged()
    const times = dueAt.filter((each) => each !== undefined)
    return Math.min(...times, device.clock.now() + hourMillis)
  }
}

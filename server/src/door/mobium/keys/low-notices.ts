/**
 * @module The alarm of a device whose keys run out, or are asked for too often: `keys_low` to each of its clients that
 * knows the message. Several fetches in a row are one notice.
 */
import type { IdentityKey } from '@sotto/wire'
import { StoreError, type BundleStore } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import { identityName, type Client, type Presence } from '#door/mobium/client.ts'

export interface LowNoticesDeps {
  readonly bundles: Pick<BundleStore, 'counts'>
  readonly presence: Presence
  readonly events: Pick<Events, 'prekeysLow' | 'storeFailed'>
}

interface Pending {
  readonly timer: ReturnType<typeof setTimeout>
  isMetered: boolean
}

const delayMillis = 500

export class LowNotices implements Disposable {
  readonly #deps: LowNoticesDeps
  readonly #pending = new Map<Client, Pending>()

  constructor(deps: LowNoticesDeps) {
    this.#deps = deps
  }

  /** Tells the clients of this device soon. */
  tell(identity: IdentityKey, device: number, alarm: 'metered' | 'low'): void {
    for (const client of this.#deps.presence.clientsOf(identityName(identity))) {
      if (client.device === device && client.has('keys')) this.#plan(client, alarm === 'metered')
    }
  }

  /** The client is gone: nothing is sent to it any more. */
  left(client: Client): void {
    clearTimeout(this.#pending.get(client)?.timer)
    this.#pending.delete(client)
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#pending.values()) clearTimeout(timer)
    this.#pending.clear()
  }

  #plan(client: Client, isMetered: boolean): void {
    const pending = this.#pending.get(client)
    if (pending !== undefined) {
      pending.isMetered ||= isMetered
      return
    }
    const timer = setTimeout(() => void this.#send(client), delayMillis)
    this.#pending.set(client, { timer, isMetered })
  }

  async #send(client: Client): Promise<void> {
    const { bundles, events } = this.#deps
    const isMetered = this.#pending.get(client)?.isMetered ?? false
    this.#pending.delete(client)
    try {
      const [oneTime = 0, kemOneTime = 0] = await bundles.counts(client.mailbox, 'pqxdh')
      events.prekeysLow()
      client.send({
        type: 'keys_low',
        one_time: oneTime,
        kem_one_time: kemOneTime,
        metered: isMetered,
      })
    } catch (error) {
      // The next fetch tells of it again.
      events.storeFailed(error instanceof StoreError ? error.code : 'unusable')
    }
  }
}

/**
 * @module Identity keys and prekeys in memory.
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
  SignedPrekey,
} from '#store/store.ts'
import { sameBytes, type MemoryMailboxes } from '#store/memory/mailboxes.ts'

interface Device {
  readonly identity: DeviceIdentity
  readonly signed: SignedPrekey
  /** Oldest first. */
  readonly oneTime: readonly OneTimePrekey[]
}

export class MemoryPrekeys implements PrekeyStore {
  readonly #devices = new Map<string, Device>()
  readonly #mailboxes: MemoryMailboxes

  constructor(mailboxes: MemoryMailboxes) {
    this.#mailboxes = mailboxes
  }

  add(mailbox: MailboxId, identity: DeviceIdentity, { signed, oneTime }: PrekeyUpload): void {
    this.#devices.set(mailbox, { identity, signed, oneTime })
  }

  async identity(mailbox: MailboxId): Promise<DeviceIdentity | undefined> {
    return this.#devices.get(mailbox)?.identity
  }

  async upload(request: PrekeyUploadRequest): Promise<PrekeyUploadOutcome> {
    const device = this.#devices.get(request.mailbox)
    if (device === undefined) return { kind: 'unknown-mailbox' }
    if (!sameBytes(device.identity.publicKey, request.identityKey)) {
      if (request.takeover === undefined) return { kind: 'identity-changed' }
      const { registrationId } = request.takeover
      this.add(request.mailbox, { publicKey: request.identityKey, registrationId }, request)
      return { kind: 'taken-over', purged: this.#mailboxes.purgeNow(request.mailbox) }
    }
    if (request.signed.keyId <= device.signed.keyId) {
      return { kind: 'stale-signed-prekey', current: device.signed.keyId }
    }
    const known = new Set(device.oneTime.map((key) => key.keyId))
    const fresh = request.oneTime.filter((key) => !known.has(key.keyId))
    const surplus = Math.max(0, device.oneTime.length + fresh.length - request.maxOneTime)
    this.add(request.mailbox, device.identity, {
      signed: request.signed,
      oneTime: [...device.oneTime.slice(surplus), ...fresh],
    })
    return { kind: 'refilled' }
  }

  async takeBundle(mailbox: MailboxId, consume: boolean): Promise<PrekeyBundle | undefined> {
    const device = this.#devices.get(mailbox)
    if (device === undefined) return undefined
    const { identity, signed } = device
    const oneTime = consume ? device.oneTime[0] : undefined
    const left = oneTime === undefined ? device.oneTime : device.oneTime.slice(1)
    this.add(mailbox, identity, { signed, oneTime: left })
    return { identity, signed, oneTime, remaining: left.length }
  }

  async countOneTime(mailbox: MailboxId): Promise<number> {
    return this.#devices.get(mailbox)?.oneTime.length ?? 0
  }
}

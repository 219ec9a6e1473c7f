/**
 * @module Who has logged in at the live door, in memory.
 */
import type { IdentityKey, MailboxId } from '@sotto/wire'
import type { ExchangeKey, IdentityStore } from '#store/store.ts'
import { copyOf, keyOf, type MemoryMailboxes } from '#store/memory/mailboxes.ts'

interface Identity {
  readonly exchangeKey: ExchangeKey | undefined
  readonly devices: Uint8Array | undefined
}

export class MemoryIdentities implements IdentityStore {
  readonly #byKey = new Map<string, Identity>()
  readonly #mailboxes: MemoryMailboxes

  constructor(mailboxes: MemoryMailboxes) {
    this.#mailboxes = mailboxes
  }

  async enter(
    identity: IdentityKey,
    mailbox: MailboxId,
    exchangeKey: ExchangeKey | undefined,
  ): Promise<void> {
    const key = keyOf(identity)
    const known = this.#byKey.get(key)
    this.#byKey.set(key, {
      exchangeKey: exchangeKey === undefined ? known?.exchangeKey : copyOfKey(exchangeKey),
      devices: known?.devices,
    })
    await this.#mailboxes.open(mailbox)
  }

  async isKnown(identity: IdentityKey): Promise<boolean> {
    return this.#byKey.has(keyOf(identity))
  }

  async setDevices(identity: IdentityKey, record: Uint8Array): Promise<void> {
    const key = keyOf(identity)
    const known = this.#byKey.get(key)
    if (known === undefined) return
    this.#byKey.set(key, { ...known, devices: copyOf(record) })
  }

  async devices(identity: IdentityKey): Promise<Uint8Array | undefined> {
    return this.#byKey.get(keyOf(identity))?.devices
  }

  /** For lists of members. */
  exchangeKeyOf(identity: IdentityKey): ExchangeKey | undefined {
    return this.#byKey.get(keyOf(identity))?.exchangeKey
  }
}

export function copyOfKey({ publicKey, signature }: ExchangeKey): ExchangeKey {
  return {
    publicKey: copyOf(publicKey),
    signature: signature && copyOf(signature),
  }
}

/**
 * @module One client after its login: what it is called, what it understands, and the ways to reach it.
 */
import type { IdentityKey, MailboxId } from '@sotto/wire'
import {
  capabilityNames,
  writeDown,
  type Capability,
  type DownMessage,
  type WrittenForm,
} from '@sotto/wire/live'
import { mailboxOf } from '#door/mobium/address.ts'
import {
  identityName,
  type Client,
  type SharedFrame,
  type SharedMessage,
} from '#door/mobium/client.ts'
import { Delivery, type DeliveryDeps, type DeliveryOwner } from '#door/mobium/delivery.ts'
import type { Outbox } from '#door/mobium/outbox.ts'
import { Watches } from '#door/mobium/watches.ts'

export interface Login {
  readonly identity: IdentityKey
  readonly device: number
  readonly form: WrittenForm
  readonly capabilities: ReadonlySet<Capability>
}

export class LiveClient implements Client {
  readonly identity: IdentityKey
  readonly name: string
  readonly device: number
  readonly mailbox: MailboxId
  readonly form: WrittenForm
  readonly delivery: Delivery
  readonly #capabilities: ReadonlySet<Capability>
  readonly #outbox: Outbox
  readonly #deps: DeliveryDeps
  readonly #owner: DeliveryOwner
  #watches: Watches | undefined

  constructor(login: Login, outbox: Outbox, deps: DeliveryDeps, owner: DeliveryOwner) {
    this.identity = login.identity
    this.name = identityName(login.identity)
    this.device = login.device
    this.mailbox = mailboxOf(login.identity, login.device)
    this.form = login.form
    this.#capabilities = login.capabilities
    this.#outbox = outbox
    this.#deps = deps
    this.#owner = owner
    this.delivery = new Delivery(deps, this, outbox, owner)
  }

  /** Made when it is first needed: most clients watch nothing. */
  get watches(): Watches {
    this.#watches ??= new Watches(this.#deps, this, this.#outbox, (error) =>
      this.#owner.failed(error),
    )
    return this.#watches
  }

  has(capability: Capability): boolean {
    return this.#capabilities.has(capability)
  }

  /** Whether it is one of ours: original clients announce nothing. */
  get isOurs(): boolean {
    return this.#capabilities.size > 0
  }

  /** The login is done; `pushed` envelopes were handed on before this. */
  welcome(pushed: number): void {
    this.send({
      type: 'auth_success',
      offline_count: pushed,
      ...(this.isOurs ? { caps: capabilityNames, device: this.device } : {}),
    })
  }

  send(message: DownMessage): void {
    this.#outbox.push(writeDown(message, this.form))
  }

  sendShared(message: SharedMessage): void {
    this.#outbox.push(message.bytes(this.form))
  }

  sendMedia(frame: SharedFrame): void {
    this.#outbox.pushFrame(frame.bytes(this.form))
  }

  hasRoom(): Promise<void> {
    return this.#outbox.hasRoom()
  }

  resume(): void {
    this.delivery.resume()
    this.#watches?.resume()
  }

  /** Resolves when everything that was acknowledged is removed. */
  async flush(): Promise<void> {
    await Promise.all([this.delivery.flush(), this.#watches?.flush()])
  }

  /** Reads nothing any more. */
  end(): void {
    this.delivery[Symbol.dispose]()
    this.#watches?.[Symbol.dispose]()
  }
}

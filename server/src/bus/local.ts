/**
 * @module The bus of a relay that is one process: a map from whom it concerns to who listens.
 */
import type { AccountId } from '@sotto/wire'
import type { AccountNotice, Bus, Ring } from '#bus/bus.ts'

export function openLocalBus(): Bus {
  const rings = new Listeners<Ring>()
  const notices = new Listeners<AccountNotice>()
  return {
    ring: (ring) => rings.tell(ring.mailbox, ring),
    onRing: (mailbox, listener) => rings.add(mailbox, listener),
    notify: (account, notice) => notices.tell(textOf(account), notice),
    onNotice: (account, listener) => notices.add(textOf(account), listener),
    async [Symbol.asyncDispose]() {},
  }
}

type Listener<T> = (message: T) => void

class Listeners<T> {
  /** One listener is the usual number, and needs no set. */
  readonly #byKey = new Map<string, Listener<T> | Set<Listener<T>>>()

  add(key: string, listener: Listener<T>): Disposable {
    const others = this.#byKey.get(key)
    if (others === undefined) this.#byKey.set(key, listener)
    else if (others instanceof Set) others.add(listener)
    else this.#byKey.set(key, new Set([others, listener]))
    return new Listening(this, key, listener)
  }

  tell(key: string, message: T): void {
    const listeners = this.#byKey.get(key)
    if (listeners === undefined) return
    if (listeners instanceof Set) for (const listener of [...listeners]) listener(message)
    else listeners(message)
  }

  remove(key: string, listener: Listener<T>): void {
    const listeners = this.#byKey.get(key)
    if (listeners === listener) this.#byKey.delete(key)
    if (!(listeners instanceof Set)) return
    listeners.delete(listener)
    if (listeners.size === 0) this.#byKey.delete(key)
  }
}

/** A class, not a closure: there are two to a socket, and this is half the memory. */
class Listening<T> implements Disposable {
  readonly #listeners: Listeners<T>
  readonly #key: string
  readonly #listener: Listener<T>

  constructor(listeners: Listeners<T>, key: string, listener: Listener<T>) {
    this.#listeners = listeners
    this.#key = key
    this.#listener = listener
  }

  [Symbol.dispose](): void {
    this.#listeners.remove(this.#key, this.#listener)
  }
}

function textOf(account: AccountId): string {
  return Buffer.from(account).toString('hex')
}

/**
 * @module What happens, as it happens: one stream for whoever listens, with typed unions. An event says what to look at
 * again; what is there now is asked of the messenger.
 */
import type { Contact } from '#contacts/contact.ts'
import type { Conversation } from '#messages/conversation.ts'
import type { Message } from '#messages/message.ts'

/** Of the line to the own relay. */
export type ConnectionState = 'offline' | 'connecting' | 'online'

/** One thing that has happened. What it tells of is on disk by then, where it is kept at all. */
export type MessengerEvent =
  /** A new message, ours or theirs. */
  | { readonly type: 'message'; readonly message: Message }
  /** Its status, text, reactions or anything else is another. */
  | { readonly type: 'message-changed'; readonly message: Message }
  /** It was deleted, or its time was up. */
  | { readonly type: 'message-gone'; readonly conversation: string; readonly id: string }
  | { readonly type: 'conversation-changed'; readonly conversation: Conversation }
  | { readonly type: 'conversation-gone'; readonly conversation: string }
  | { readonly type: 'contact-changed'; readonly contact: Contact }
  /** Its members, its name, or what we are in it. The id of its conversation. */
  | { readonly type: 'channel-changed'; readonly channel: string }
  /** Somebody who has our address wants to be a contact. */
  | { readonly type: 'request'; readonly contact: Contact; readonly text: string }
  | { readonly type: 'typing'; readonly conversation: string; readonly isTyping: boolean }
  | { readonly type: 'connection'; readonly state: ConnectionState }
  /** The listener was too slow, and events were left out: everything is to be asked for again. */
  | { readonly type: 'gap' }

const maxWaiting = 10_000

/** One listener's queue. */
class Listener {
  readonly #waiting: MessengerEvent[] = []
  #wake: (() => void) | undefined
  isOver = false

  push(event: MessengerEvent): void {
    if (this.#waiting.length >= maxWaiting) {
      this.#waiting.length = 0
      this.#waiting.push({ type: 'gap' })
    } else this.#waiting.push(event)
    this.#wake?.()
  }

  end(): void {
    this.isOver = true
    this.#wake?.()
  }

  async next(): Promise<MessengerEvent | undefined> {
    while (this.#waiting.length === 0 && !this.isOver) {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
    return this.#waiting.shift()
  }
}

export class Events {
  readonly #listeners = new Set<Listener>()
  #isOver = false

  emit(event: MessengerEvent): void {
    for (const listener of this.#listeners) listener.push(event)
  }

  /** From now on, until the messenger is closed or `signal` is aborted; what waits then is still handed out. */
  listen(signal?: AbortSignal): AsyncIterableIterator<MessengerEvent> {
    const listener = new Listener()
    const listeners = this.#listeners
    if (this.#isOver || signal?.aborted === true) listener.isOver = true
    else listeners.add(listener)
    signal?.addEventListener('abort', () => listener.end(), { once: true })
    const stop = (): void => {
      listener.end()
      listeners.delete(listener)
    }
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      async next() {
        const value = await listener.next()
        if (value !== undefined) return { done: false, value }
        stop()
        return { done: true, value: undefined }
      },
      async return() {
        stop()
        return { done: true, value: undefined }
      },
    }
  }

  close(): void {
    this.#isOver = true
    for (const listener of this.#listeners) listener.end()
    this.#listeners.clear()
  }
}

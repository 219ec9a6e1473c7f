/**
 * @module The bus of a relay that is one process: a map from mailboxes to who listens there.
 */
import type { MailboxId } from '@sotto/wire'
import type { Bus, RingListener } from '#bus/bus.ts'

export function openLocalBus(): Bus {
  /** One listener is the usual number, and needs no set. */
  const listenersByMailbox = new Map<MailboxId, RingListener | Set<RingListener>>()
  const noticeListeners = new Set<Parameters<Bus['onNotice']>[0]>()
  return {
    ring(ring) {
      const listeners = listenersByMailbox.get(ring.mailbox)
      if (listeners === undefined) return
      if (listeners instanceof Set) for (const listener of [...listeners]) listener.onRing(ring)
      else listeners.onRing(ring)
    },
    listen(mailbox, listener) {
      const others = listenersByMailbox.get(mailbox)
      if (others === undefined) listenersByMailbox.set(mailbox, listener)
      else if (others instanceof Set) others.add(listener)
      else listenersByMailbox.set(mailbox, new Set([others, listener]))
    },
    leave(mailbox, listener) {
      const listeners = listenersByMailbox.get(mailbox)
      if (listeners === listener) listenersByMailbox.delete(mailbox)
      if (!(listeners instanceof Set)) return
      listeners.delete(listener)
      if (listeners.size === 0) listenersByMailbox.delete(mailbox)
    },
    notify(account, notice) {
      for (const listener of [...noticeListeners]) listener(account, notice)
    },
    onNotice(listener) {
      // A function of its own for each subscription, so that one listener may listen twice.
      const own: typeof listener = (account, notice) => listener(account, notice)
      noticeListeners.add(own)
      return { [Symbol.dispose]: () => void noticeListeners.delete(own) }
    },
    async [Symbol.asyncDispose]() {},
  }
}

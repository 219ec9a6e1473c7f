/**
 * @module Waiting for something that may not come.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Messenger, MessengerEvent } from '#engine.ts'

/** Never resolves; rejects when the program shall end. */
export function interruption(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  if (signal.aborted) reject(signal.reason)
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  return promise
}

/** Runs while something is waited for, and says whether it came in time. */
export async function inTime(
  millis: number,
  wait: (signal: AbortSignal) => Promise<boolean>,
  outer: AbortSignal,
): Promise<boolean> {
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, outer])
  try {
    return await Promise.race([wait(signal), sleep(millis, false, { signal }), interruption(outer)])
  } finally {
    over.abort()
  }
}

/** Until an event fits, or the messenger is closed. `isSo` is asked first, as it may have happened already. */
export async function untilEvent(
  messenger: Messenger,
  isSo: () => Promise<boolean> | boolean,
  fits: (event: MessengerEvent) => Promise<boolean> | boolean,
  signal: AbortSignal,
): Promise<boolean> {
  // Listening begins before asking, so that nothing falls between the two.
  const events = messenger.events(signal)
  if (await isSo()) {
    await events.return?.()
    return true
  }
  for await (const event of events) if (await fits(event)) return true
  return false
}

export function untilOnline(messenger: Messenger, signal: AbortSignal): Promise<boolean> {
  return untilEvent(
    messenger,
    () => messenger.connection === 'online',
    (event) => event.type === 'connection' && event.state === 'online',
    signal,
  )
}

const pollMillis = 50

/** Until nothing waits any more to be sent: true. False when it still does after so long. */
export function untilSent(
  messenger: Messenger,
  conversation: string | undefined,
  millis: number,
  outer: AbortSignal,
): Promise<boolean> {
  return inTime(
    millis,
    async (signal) => {
      while ((await messenger.waiting(conversation)) > 0) {
        await sleep(pollMillis, undefined, { signal })
      }
      return true
    },
    outer,
  )
}

/**
 * @module What becomes of a message that was sent. A status only moves forward: what is read does not become delivered
 * because that was told later.
 */
import type { Engine } from '#engine.ts'
import {
  type Message,
  messageById,
  type MessageStatus,
  putMessage,
  setExpiry,
} from '#messages/message.ts'
import type { Work } from '#state/work.ts'

const rank: Readonly<Record<MessageStatus, number>> = {
  failed: 0,
  queued: 1,
  accepted: 2,
  delivered: 3,
  read: 4,
}

export interface StatusChange {
  readonly status: MessageStatus
  readonly reason?: Message['reason']
}

/** Undefined when there is no such message of ours, or nothing has changed. */
export async function setStatus(
  work: Work,
  { events, device, wakeUpkeep }: Pick<Engine, 'events' | 'device' | 'wakeUpkeep'>,
  conversation: string,
  id: string,
  { status, reason }: StatusChange,
): Promise<Message | undefined> {
  const message = await messageById(work, conversation, id)
  if (message === undefined || !message.isOwn || message.status === undefined) return undefined
  const isLate = status !== 'failed' && rank[status] < rank[message.status]
  const isOver = status === 'failed' && rank[message.status] > rank.queued
  const isSame = message.status === status && message.reason === reason
  if (isLate || isOver || isSame) return undefined
  const { reason: _, ...rest } = message
  let next: Message = { ...rest, status, ...(reason === undefined ? {} : { reason }) }
  putMessage(work, next)
  if (
    status === 'accepted' &&
    next.timerSeconds !== undefined &&
    next.expiresAtMillis === undefined
  ) {
    // For its author the time begins when it is on its way.
    next = await setExpiry(work, next, device.clock.now() + next.timerSeconds * 1000)
    work.afterwards(wakeUpkeep)
  }
  const changed = next
  work.afterwards(() => events.emit({ type: 'message-changed', message: changed }))
  return next
}

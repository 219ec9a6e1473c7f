/**
 * @module Messages whose time is up go, on this device; the other side's go there by themselves.
 */
import type { Engine } from '#engine.ts'
import { previewAfter } from '#messages/compose.ts'
import {
  deleteExpiry,
  deleteMessage,
  messageKey,
  messages,
  nextExpiries,
} from '#messages/message.ts'
import type { Work } from '#state/work.ts'

/** In one write. */
const piece = 500

/** Says when the next one goes; undefined when none will. */
export async function expireMessages(work: Work, engine: Engine): Promise<number | undefined> {
  const now = engine.device.clock.now()
  const due = await nextExpiries(work, piece)
  for (const { row, atMillis, place } of due) {
    if (atMillis > now) return atMillis
    deleteExpiry(work, row)
    const { conversation, order } = place
    const message = await messages.get(work, messageKey(conversation, order))
    if (message?.expiresAtMillis !== atMillis) continue
    deleteMessage(work, message)
    await previewAfter(work, engine, message)
    const { id } = message
    work.afterwards(() => engine.events.emit({ type: 'message-gone', conversation, id }))
  }
  return due.length === piece ? now : undefined
}

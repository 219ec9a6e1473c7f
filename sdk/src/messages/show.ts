/**
 * @module Something of a contact's, put where the user sees it.
 */
import type { Contact } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { previewAfter } from '#messages/compose.ts'
import { append, conversations } from '#messages/conversation.ts'
import { deleteMessage, isKnownMessage, type Message, putMessage } from '#messages/message.ts'
import type { Work } from '#state/work.ts'

/** Whose it is, and in which conversation. */
export type Speaker = Pick<Contact, 'id' | 'identity' | 'state'>

type Shown = Pick<Message, 'id' | 'kind' | 'body' | 'sentAtMillis'> & Partial<Message>

/** At the end of the conversation, or in the place of another. False when it was there already. */
export async function show(
  work: Work,
  engine: Engine,
  contact: Speaker,
  shown: Shown,
  insteadOf?: Message,
): Promise<boolean> {
  const { events, device } = engine
  if (await isKnownMessage(work, contact.id, shown.id)) {
    if (insteadOf !== undefined) await takeAway(work, engine, insteadOf)
    return false
  }
  const whole = { ...shown, conversation: contact.id, isOwn: false, sender: contact.identity }
  if (insteadOf !== undefined) {
    const message: Message = { ...whole, order: insteadOf.order }
    deleteMessage(work, insteadOf)
    putMessage(work, message)
    const { conversation, id } = insteadOf
    work.afterwards(() => {
      events.emit({ type: 'message-gone', conversation, id })
      events.emit({ type: 'message', message })
    })
    return true
  }
  const placed = await append(work, whole, device.clock.now())
  if (placed === undefined) return false
  work.afterwards(() => {
    events.emit({ type: 'message', message: placed.message })
    events.emit({ type: 'conversation-changed', conversation: placed.conversation })
  })
  return true
}

/** A place that was kept for something, and is not needed. */
export async function takeAway(work: Work, engine: Engine, message: Message): Promise<void> {
  const { conversation, id, order } = message
  deleteMessage(work, message)
  await previewAfter(work, engine, message)
  const found = await conversations.get(work, conversation)
  if (found !== undefined && order > found.readOrder && found.unread > 0) {
    const next = { ...found, unread: found.unread - 1 }
    conversations.put(work, conversation, next)
    work.afterwards(() => engine.events.emit({ type: 'conversation-changed', conversation: next }))
  }
  work.afterwards(() => engine.events.emit({ type: 'message-gone', conversation, id }))
}

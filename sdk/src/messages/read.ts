/**
 * @module The user has looked at a conversation: its count of unread messages goes, timers begin, and the other side is told
 * if the user has said so.
 */
import { contacts } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { conversations, historyOf } from '#messages/conversation.ts'
import type { Message } from '#messages/message.ts'
import { noteRead, startTimers } from '#messages/receipts.ts'
import type { Work } from '#state/work.ts'

const page = 500

/** Up to the newest, or to `upTo`. */
export async function markRead(
  work: Work,
  engine: Engine,
  id: string,
  upTo?: number,
): Promise<void> {
  const conversation = await conversations.get(work, id)
  if (conversation === undefined) return
  const readOrder = Math.min(upTo ?? conversation.lastOrder, conversation.lastOrder)
  if (readOrder <= conversation.readOrder) return
  const seen = await unreadOf(work, id, conversation.readOrder, readOrder)
  const unread = Math.max(0, conversation.unread - seen.length)
  const next = {
    ...conversation,
    readOrder,
    unread: readOrder === conversation.lastOrder ? 0 : unread,
  }
  conversations.put(work, id, next)
  await startTimers(work, engine, seen)
  const contact = await contacts.get(work, id)
  if (contact !== undefined) {
    const texts = seen.filter(({ kind }) => kind === 'text')
    await noteRead(
      work,
      engine,
      contact,
      texts.map((message) => message.id),
    )
  }
  work.afterwards(() => engine.events.emit({ type: 'conversation-changed', conversation: next }))
}

/** Theirs, behind `after` and up to `upTo`. */
async function unreadOf(
  work: Work,
  id: string,
  after: number,
  upTo: number,
): Promise<readonly Message[]> {
  const found: Message[] = []
  let before = upTo + 1
  while (before > after + 1) {
    const piece = await historyOf(work, id, { before, limit: page })
    const fresh = piece.filter(({ order }) => order > after)
    found.unshift(...fresh.filter(({ isOwn, kind }) => !isOwn && kind !== 'notice'))
    if (fresh.length < page) break
    before = fresh[0]?.order ?? 0
  }
  return found
}

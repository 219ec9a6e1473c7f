/**
 * @module What nobody has read yet, oldest first: where `listen` and `bot` begin, so that a bot which was away, or died
 * in the middle of it, misses nothing.
 */
import type { Message, Messenger } from '#engine.ts'

const pageSize = 200

export async function unreadMessages(
  messenger: Messenger,
  wants: (conversation: string) => boolean,
): Promise<readonly Message[]> {
  const unread: Message[] = []
  for (const { id, unread: count, readOrder } of await messenger.conversations()) {
    if (count === 0 || !wants(id)) continue
    let before: number | undefined
    for (;;) {
      const page = await messenger.history(id, { before, limit: pageSize })
      const news = page.filter(
        ({ order, isOwn, kind }) => order > readOrder && !isOwn && kind !== 'notice',
      )
      unread.push(...news)
      const [oldest] = page
      if (oldest === undefined || page.length < pageSize || oldest.order <= readOrder) break
      before = oldest.order
    }
  }
  return unread.toSorted((a, b) => a.sentAtMillis - b.sentAtMillis || a.order - b.order)
}

/**
 * @module A contact goes, with everything that was said. Nobody is told; what they write from then on is read by nobody.
 */
import { type Contact, deleteContact } from '#contacts/contact.ts'
import { forgetHello } from '#contacts/hello.ts'
import { dropReadingKeysOf } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { deletePiece } from '#messages/conversation.ts'
import { dequeueAll } from '#messages/outbox.ts'
import { forgetAllSent } from '#messages/sent.ts'
import { remoteAddress } from '#sessions/device.ts'
import { forgetSession } from '#sessions/stored-session.ts'
import type { Work } from '#state/work.ts'

export async function forgetContact(work: Work, engine: Engine, contact: Contact): Promise<void> {
  const { device, events } = engine
  deleteContact(work, device, contact)
  await dropReadingKeysOf(work, device, contact.id)
  forgetHello(work, contact.id)
  forgetSession(work, device, remoteAddress(contact.identity))
  await dequeueAll(work, contact.id)
  await forgetAllSent(work, contact.id)
  while (await deletePiece(work, contact.id)) {
    // Piece by piece: there may be very many messages.
  }
  work.afterwards(() => {
    events.emit({ type: 'conversation-gone', conversation: contact.id })
    engine.wakeUpkeep()
  })
}

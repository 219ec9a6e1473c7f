/**
 * @module Saying hello: where we read from this contact, what we call ourselves, and whether we take them for a contact.
 */
import { type Contact, settings } from '#contacts/contact.ts'
import { addressOf } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { newContent } from '#messages/compose.ts'
import { enqueue } from '#messages/outbox.ts'
import type { Work } from '#state/work.ts'

export async function sayHello(
  work: Work,
  engine: Engine,
  contact: Contact,
  options: { readonly accepted: boolean; readonly request?: string | undefined },
): Promise<void> {
  const chosen = await settings.get(work)
  if (chosen === undefined)
    throw new SottoError('not-found', 'Cannot say hello: no relay is chosen')
  const address = addressOf(engine.device, Uint8Array.fromHex(contact.readingKey))
  await enqueue(work, engine, contact.id, {
    type: 'hello',
    ...newContent(engine),
    card: { relay: chosen.relay, address, name: chosen.name },
    accepted: options.accepted,
    request: options.request,
  })
}

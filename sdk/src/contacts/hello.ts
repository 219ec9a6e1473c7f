/**
 * @module Saying hello: where we read from this contact, what we call ourselves, and whether we take them for a contact.
 */
import { type Contact, settings } from '#contacts/contact.ts'
import { addressOf } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { newContent } from '#messages/compose.ts'
import { enqueue } from '#messages/outbox.ts'
import { table } from '#state/table.ts'
import type { Work } from '#state/work.ts'

/** When it was said last, by contact: they do not hear what is older than that. */
const saidAt = table<number>('hello-said')

/** How this hello is named, and when it was said. */
export async function sayHello(
  work: Work,
  engine: Engine,
  contact: Contact,
  options: { readonly accepted: boolean; readonly request?: string | undefined },
): Promise<{ readonly id: Uint8Array; readonly sent_at: number }> {
  const chosen = await settings.get(work)
  if (chosen === undefined)
    throw new SottoError('not-found', 'Cannot say hello: no relay is chosen')
  const address = addressOf(engine.device, Uint8Array.fromHex(contact.readingKey))
  const { id, sent_at } = newContent(engine, await saidAt.get(work, contact.id))
  saidAt.put(work, contact.id, sent_at)
  await enqueue(work, engine, contact.id, {
    type: 'hello',
    id,
    sent_at,
    card: { relay: chosen.relay, address, name: chosen.name },
    accepted: options.accepted,
    request: options.request,
  })
  return { id, sent_at }
}

/** When the contact goes. */
export function forgetHello(work: Work, contact: string): void {
  saidAt.delete(work, contact)
}

/**
 * @module Telling that something has arrived, and that it was read: in lists, after a delay by chance, to contacts only,
 * and about nothing but what was understood. An answer at once would say when somebody is awake, and would link both
 * ends for whoever watches (NDSS 2021, "Improving Signal's Sealed Sender").
 */
import { maxReceipts, type ContentOf } from '@sotto/wire/content'
import { type Contact, contacts, settings } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { newContent } from '#messages/compose.ts'
import { enqueue } from '#messages/outbox.ts'
import { type Message, setExpiry } from '#messages/message.ts'
import { forgetSent } from '#messages/sent.ts'
import { setStatus } from '#messages/status.ts'
import { randomBetween } from '#ports/clock.ts'
import { table } from '#state/table.ts'
import type { Work } from '#state/work.ts'

type What = 'delivered' | 'read'

/** When a contact is told what there is to tell. */
const dueAt = table<number>('receipt-due')
/** What there is, by contact, kind and content. */
const untold = table<true>('receipt')

export const earliestMillis = 2_000
export const latestMillis = 12_000

export async function noteDelivered(
  work: Work,
  engine: Engine,
  contact: Pick<Contact, 'id' | 'state'>,
  id: string,
): Promise<void> {
  if (contact.state !== 'contact') return
  await add(work, engine, contact.id, 'delivered', [id])
}

/** Only when the user has said that others may know. */
export async function noteRead(
  work: Work,
  engine: Engine,
  contact: Contact,
  ids: readonly string[],
): Promise<void> {
  const chosen = await settings.get(work)
  if (contact.state !== 'contact' || chosen?.sendsReadReceipts !== true || ids.length === 0) return
  await add(work, engine, contact.id, 'read', ids)
}

async function add(
  work: Work,
  engine: Engine,
  contact: string,
  what: What,
  ids: readonly string[],
): Promise<void> {
  const { clock, random } = engine.device
  for (const id of ids) untold.put(work, `${contact}/${what}/${id}`, true)
  if ((await dueAt.get(work, contact)) !== undefined) return
  dueAt.put(work, contact, clock.now() + randomBetween(random, earliestMillis, latestMillis))
  work.afterwards(() => engine.wakeUpkeep())
}

/** Sends what is due, and says when the next is; undefined when nothing waits. */
export async function sendDueReceipts(work: Work, engine: Engine): Promise<number | undefined> {
  const now = engine.device.clock.now()
  let next: number | undefined
  for (const { id, value } of await dueAt.all(work)) {
    if (value > now) {
      next = Math.min(next ?? value, value)
      continue
    }
    const contact = await contacts.get(work, id)
    const isTold = contact?.state === 'contact' && !contact.isBlocked
    const delivered = await takeUntold(work, id, 'delivered')
    const read = await takeUntold(work, id, 'read')
    const isAll = delivered.length < maxReceipts && read.length < maxReceipts
    if (isAll) dueAt.delete(work, id)
    else next = now
    if (isTold && delivered.length + read.length > 0) {
      await enqueue(work, engine, id, { type: 'receipts', ...newContent(engine), delivered, read })
    }
  }
  return next
}

/** As many as one list holds. */
async function takeUntold(work: Work, contact: string, what: What): Promise<readonly Uint8Array[]> {
  const range = { from: `${contact}/${what}/`, before: `${contact}/${what}0`, limit: maxReceipts }
  const rows = await untold.list(work, range)
  for (const { id } of rows) untold.delete(work, id)
  return rows.map(({ id }) => Uint8Array.fromHex(id.slice(id.lastIndexOf('/') + 1)))
}

export async function receiveReceipts(
  work: Work,
  engine: Engine,
  contact: Contact,
  { delivered = [], read = [] }: ContentOf<'receipts'>,
): Promise<void> {
  for (const id of delivered) {
    await setStatus(work, engine, contact.id, id.toHex(), { status: 'delivered' })
    await forgetSent(work, contact.id, id.toHex())
  }
  for (const id of read) {
    await setStatus(work, engine, contact.id, id.toHex(), { status: 'read' })
    await forgetSent(work, contact.id, id.toHex())
  }
}

/** The user has seen these: timers begin to run. */
export async function startTimers(
  work: Work,
  engine: Engine,
  seen: readonly Message[],
): Promise<void> {
  const now = engine.device.clock.now()
  for (const message of seen) {
    const { timerSeconds, expiresAtMillis } = message
    if (timerSeconds === undefined || expiresAtMillis !== undefined) continue
    await setExpiry(work, message, now + timerSeconds * 1000)
    work.afterwards(() => engine.wakeUpkeep())
  }
}

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

/** What is to be told to one contact, and when. */
interface Due {
  readonly delivered: readonly string[]
  readonly read: readonly string[]
  readonly atMillis: number
}

const due = table<Due>('receipt')

export const earliestMillis = 2_000
export const latestMillis = 12_000

export async function noteDelivered(
  work: Work,
  engine: Engine,
  contact: Contact,
  id: string,
): Promise<void> {
  if (contact.state !== 'contact') return
  await add(work, engine, contact.id, { delivered: [id], read: [] })
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
  await add(work, engine, contact.id, { delivered: [], read: ids })
}

async function add(
  work: Work,
  engine: Engine,
  contact: string,
  news: Pick<Due, 'delivered' | 'read'>,
): Promise<void> {
  const { clock, random } = engine.device
  const before = await due.get(work, contact)
  const atMillis =
    before?.atMillis ?? clock.now() + randomBetween(random, earliestMillis, latestMillis)
  due.put(work, contact, {
    delivered: [...new Set([...(before?.delivered ?? []), ...news.delivered])],
    read: [...new Set([...(before?.read ?? []), ...news.read])],
    atMillis,
  })
  work.afterwards(() => engine.wakeUpkeep())
}

/** Sends what is due, and says when the next is; undefined when nothing waits. */
export async function sendDueReceipts(work: Work, engine: Engine): Promise<number | undefined> {
  const now = engine.device.clock.now()
  let next: number | undefined
  for (const { id, value } of await due.all(work)) {
    if (value.atMillis > now) {
      next = Math.min(next ?? value.atMillis, value.atMillis)
      continue
    }
    due.delete(work, id)
    const contact = await contacts.get(work, id)
    if (contact === undefined || contact.isBlocked || contact.state !== 'contact') continue
    for (const [delivered, read] of lists(value)) {
      await enqueue(work, engine, id, { type: 'receipts', ...newContent(engine), delivered, read })
    }
  }
  return next
}

function lists({ delivered, read }: Due): readonly (readonly [Uint8Array[], Uint8Array[]])[] {
  const pages: [Uint8Array[], Uint8Array[]][] = []
  const longest = Math.max(delivered.length, read.length)
  for (let at = 0; at < longest; at += maxReceipts) {
    const page = (ids: readonly string[]): Uint8Array[] =>
      ids.slice(at, at + maxReceipts).map((id) => Uint8Array.fromHex(id))
    pages.push([page(delivered), page(read)])
  }
  return pages
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

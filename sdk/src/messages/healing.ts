/**
 * @module When something cannot be read, because one side has lost its state: the session is set aside, a new one begins
 * with the first message that says so, and the other side says again what was lost. Meanwhile the user sees that
 * something is missing; if it cannot be said again, that stays.
 *
 * | here | there |
 * |---|---|
 * | a letter that does not open: a place is kept for it ('lost') | |
 * | `unreadable` with its digest, in a new session | |
 * | | looks up the digest, sends `again` with the content, or without one when it is gone |
 * | the content takes its place | |
 *
 * Sessions are made anew at most every five minutes for one contact, whatever comes: who could make us do it at will
 * could drain the other side's prekeys.
 */
import { type Content, type ContentOf, maxUnreadable, readContent } from '@sotto/wire/content'
import { type Contact, contactOrPeer, putContact } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { newContent } from '#messages/compose.ts'
import { enqueue } from '#messages/outbox.ts'
import { type Message, messageById } from '#messages/message.ts'
import { sentByDigest } from '#messages/sent.ts'
import { show, takeAway } from '#messages/show.ts'
import { remoteAddress } from '#sessions/device.ts'
import { setSessionAside } from '#sessions/stored-session.ts'
import { table } from '#state/table.ts'
import type { Work } from '#state/work.ts'

/** Digests that a contact has not been told of yet, and since when the first of them waits. */
interface Waiting {
  readonly digests: readonly string[]
  readonly sinceMillis: number
}

const waiting = table<Waiting>('unreadable')

export const healingPauseMillis: number = 5 * 60_000
/** What comes together is told together. */
const gatheringMillis = 2_000

/** Something of theirs could not be read. */
export async function noteUnreadable(
  work: Work,
  engine: Engine,
  contact: Contact,
  digest: Uint8Array,
): Promise<void> {
  const named = digest.toHex()
  const now = engine.device.clock.now()
  const { digests, sinceMillis } = (await waiting.get(work, contact.id)) ?? {
    digests: [],
    sinceMillis: now,
  }
  if (digests.includes(named) || digests.length >= maxUnreadable) return
  const lost = { id: named, kind: 'lost', body: '', digest: named, sentAtMillis: now } as const
  // What members of a channel write to each other is seen by nobody.
  const isNew = contact.state === 'peer' || (await show(work, engine, contact, lost))
  if (!isNew) return
  waiting.put(work, contact.id, { digests: [...digests, named], sinceMillis })
  work.afterwards(() => engine.wakeUpkeep())
}

/** Tells what was lost, unless that was done a while ago only. Says when it is due; undefined when nothing waits. */
async function healWhenDue(
  work: Work,
  engine: Engine,
  contact: Contact,
): Promise<number | undefined> {
  const found = await waiting.get(work, contact.id)
  if (found === undefined) return undefined
  if (contact.isBlocked || contact.state === 'request') return undefined
  const now = engine.device.clock.now()
  const afterLast = (contact.healedAtMillis ?? Number.NEGATIVE_INFINITY) + healingPauseMillis
  const dueAt = Math.max(found.sinceMillis + gatheringMillis, afterLast)
  if (dueAt > now) return dueAt
  await setSessionAside(work, engine.device, remoteAddress(contact.identity))
  await enqueue(work, engine, contact.id, {
    type: 'unreadable',
    ...newContent(engine),
    digests: found.digests.map((digest) => Uint8Array.fromHex(digest)),
    reset: true,
  })
  waiting.delete(work, contact.id)
  putContact(work, engine.device, { ...contact, healedAtMillis: now })
  return undefined
}

/** All contacts with something that waits to be told. */
export async function healAllDue(work: Work, engine: Engine): Promise<number | undefined> {
  let next: number | undefined
  for (const { id } of await waiting.all(work)) {
    const contact = await contactOrPeer(work, id)
    if (contact === undefined) {
      waiting.delete(work, id)
      continue
    }
    const dueAt = await healWhenDue(work, engine, contact)
    if (dueAt !== undefined) next = Math.min(next ?? dueAt, dueAt)
  }
  return next
}

/** They could not read something of ours: it is said again, in the session that they have begun. */
export async function receiveUnreadable(
  work: Work,
  engine: Engine,
  contact: Contact,
  { digests }: ContentOf<'unreadable'>,
): Promise<void> {
  for (const digest of digests) {
    const sent = await sentByDigest(work, contact.id, digest.toHex())
    await enqueue(work, engine, contact.id, {
      type: 'again',
      ...newContent(engine),
      digest,
      content: sent === undefined ? undefined : Uint8Array.fromHex(sent.bytes),
    })
  }
}

/** What was lost, said again: the content, and the place that was kept for it, which goes if there is nothing to show. */
export async function unwrapAgain(
  work: Work,
  engine: Engine,
  contact: Contact,
  { digest, content }: ContentOf<'again'>,
): Promise<{ readonly content: Content; readonly insteadOf: Message | undefined } | undefined> {
  const read = content === undefined ? undefined : readContent(content)
  if (read?.kind !== 'content' || read.content.type === 'again') return undefined
  const found = await messageById(work, contact.id, digest.toHex())
  const insteadOf = found?.kind === 'lost' ? found : undefined
  if (insteadOf !== undefined && read.content.type !== 'text') {
    await takeAway(work, engine, insteadOf)
  }
  return { content: read.content, insteadOf }
}

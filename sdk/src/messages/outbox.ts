/**
 * @module What waits to be sent. An entry is written in the same work as whatever it tells of, and goes when the relay has
 * it on disk. First it is a content; when its turn comes, the ratchet makes a sealed letter of it, and that is kept
 * until it is accepted: sent twice it is the same letter, which the other side reads once.
 */
import { SignalError } from '@sotto/signal'
import { type Content, writeContent } from '@sotto/wire/content'
import { type Contact, contactOrPeer, recipientOf } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { keepSent } from '#messages/sent.ts'
import type { Device } from '#sessions/device.ts'
import { encryptLetter, type Recipient } from '#sessions/encrypt-letter.ts'
import { fromSortable, sortable, table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

export interface OutboxEntry {
  readonly contact: string
  readonly type: Content['type']
  /** The id of the content, in hex. */
  readonly content: string
  readonly stage: 'composed' | 'sealed'
  /** Of the letter, when it is sealed: 16 bytes in hex. */
  readonly digest?: string | undefined
  /** Where it goes, since it is sealed for that. */
  readonly address?: string | undefined
  readonly relay?: string | undefined
  readonly sinceMillis: number
  /** Worth nothing after this. */
  readonly untilMillis?: number | undefined
}

export interface Queued {
  /** In order of sending. */
  readonly id: string
  readonly entry: OutboxEntry
}

const entries = table<OutboxEntry>('outbox')
/** The content's bytes, and then the letter's. */
const bodies = 'outbox-body'

/** With all that is put around it, it still goes through every forwarder (64 KiB, in base64), also if said again. */
export const maxContentBytes = 29_800

/** The one that was put there last. */
async function lastOf(work: Work, contact: string): Promise<Queued | undefined> {
  const [row] = await entries.list(work, { ...ofContact(contact), order: 'descending', limit: 1 })
  return row && { id: row.id, entry: row.value }
}

/** Behind all others of this contact, and never a place that was given before. */
function placeBehind(last: Queued | undefined, contact: string, nowMillis: number): string {
  const behind = last === undefined ? 0 : fromSortable(last.id.slice(contact.length + 1)) + 1
  return `${contact}/${sortable(Math.max(behind, nowMillis))}`
}

function ofContact(contact: string): { readonly from: string; readonly before: string } {
  return { from: `${contact}/`, before: `${contact}0` }
}

/**
 * Puts a content behind all others for this contact. If nothing has to be fetched first, the letter is sealed in the same
 * write. Throws 'invalid-argument' for a content that the schema refuses, and 'message-too-long'.
 */
export async function enqueue(
  work: Work,
  engine: Pick<Engine, 'device' | 'wakeSender'>,
  contact: string,
  content: Content,
  options: { readonly lifeMillis?: number } = {},
): Promise<void> {
  const now = engine.device.clock.now()
  const last = await lastOf(work, contact)
  const id = placeBehind(last, contact, now)
  const { lifeMillis } = options
  const entry: OutboxEntry = {
    contact,
    type: content.type,
    content: content.id.toHex(),
    stage: 'composed',
    sinceMillis: now,
    ...(lifeMillis === undefined ? {} : { untilMillis: now + lifeMillis }),
  }
  const bytes = bytesOf(content)
  entries.put(work, id, entry)
  work.put(bodies, id, bytes)
  work.afterwards(() => engine.wakeSender(contact))
  // What waits to be sealed is sealed first: the ratchet keeps the order.
  const isNext = last === undefined || last.entry.stage === 'sealed'
  if (isNext) await sealIfReady(work, engine.device, { id, entry }, bytes)
}

/** Only with a session, and only if nobody has to decide anything before. */
async function sealIfReady(
  work: Work,
  device: Device,
  queued: Queued,
  bytes: Uint8Array,
): Promise<void> {
  const contact = await contactOrPeer(work, queued.entry.contact)
  if (contact === undefined || contact.isBlocked || contact.changedIdentity !== undefined) return
  const recipient = recipientOf(device, contact)
  if (recipient === undefined) return
  try {
    await work.attempt(async (inner) => {
      await sealFor(inner, device, contact, recipient, queued, bytes)
      return true
    })
  } catch (error) {
    if (!(error instanceof SignalError && error.code === 'session-not-found')) throw error
  }
}

/** A step of the ratchet. Throws a `SignalError` 'session-not-found' when keys are to be fetched first. */
export async function sealFor(
  work: Work,
  device: Device,
  { address, relay }: Contact,
  recipient: Recipient,
  { id, entry }: Queued,
  bytes: Uint8Array,
): Promise<void> {
  const { payload, digest } = await encryptLetter(work, device, recipient, bytes)
  const named = digest.toHex()
  entries.put(work, id, { ...entry, stage: 'sealed', digest: named, address, relay })
  work.put(bodies, id, payload)
  keepSent(work, entry, named, bytes, device.clock.now())
}

export function bytesOf(content: Content): Uint8Array {
  try {
    const bytes = writeContent(content)
    if (content.type === 'again' || bytes.length <= maxContentBytes) return bytes
    throw new SottoError(
      'message-too-long',
      `Cannot send: the message has ${bytes.length} bytes of at most ${maxContentBytes}`,
    )
  } catch (cause) {
    if (cause instanceof RangeError || cause instanceof TypeError) {
      throw new SottoError('invalid-argument', cause.message, { cause })
    }
    throw cause
  }
}

export async function bodyOf(reader: Reader, id: string): Promise<Uint8Array | undefined> {
  return reader.get(bodies, id)
}

export function dequeue(work: Work, { id }: Pick<Queued, 'id'>): void {
  entries.delete(work, id)
  work.delete(bodies, id)
}

/** Everything for this contact. */
export async function dequeueAll(work: Work, contact: string): Promise<void> {
  const rows = await entries.list(work, { ...ofContact(contact), limit: 1_000_000 })
  for (const { id } of rows) dequeue(work, { id })
}

/** The first that wait for this contact, in order. */
export async function queuedFor(
  reader: Reader,
  contact: string,
  limit: number,
): Promise<readonly Queued[]> {
  const rows = await entries.list(reader, { ...ofContact(contact), limit })
  return rows.map(({ id, value }) => ({ id, entry: value }))
}

/** Whom something waits for. */
export async function contactsWithQueued(reader: Reader): Promise<readonly string[]> {
  const found: string[] = []
  for (;;) {
    const last = found.at(-1)
    const from = last === undefined ? undefined : `${last}0`
    const [row] = await entries.list(reader, { from, limit: 1 })
    if (row === undefined) return found
    found.push(row.value.contact)
  }
}

export async function isQueued(reader: Reader, { id, entry }: Queued): Promise<boolean> {
  return (await entries.get(reader, id))?.content === entry.content
}

/**
 * @module What waits to be sent. An entry is written in the same work as whatever it tells of, and goes when the relay has
 * it on disk. First it is a content; when its turn comes, the ratchet makes a sealed letter of it, and that is kept
 * until it is accepted: sent twice it is the same letter, which the other side reads once.
 */
import type { Content } from '@sotto/wire/content'
import { writeContent } from '@sotto/wire/content'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
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

/** Behind all others of this contact, and never a place that was given before. */
async function nextPlace(work: Work, contact: string, nowMillis: number): Promise<string> {
  const [last] = await entries.list(work, { ...ofContact(contact), order: 'descending', limit: 1 })
  const behind = last === undefined ? 0 : fromSortable(last.id.slice(contact.length + 1)) + 1
  return `${contact}/${sortable(Math.max(behind, nowMillis))}`
}

function ofContact(contact: string): { readonly from: string; readonly before: string } {
  return { from: `${contact}/`, before: `${contact}0` }
}

/** Throws 'invalid-argument' for a content that the schema refuses. */
export async function enqueue(
  work: Work,
  engine: Pick<Engine, 'device' | 'wakeSender'>,
  contact: string,
  content: Content,
  options: { readonly lifeMillis?: number } = {},
): Promise<void> {
  const now = engine.device.clock.now()
  const id = await nextPlace(work, contact, now)
  const { lifeMillis } = options
  entries.put(work, id, {
    contact,
    type: content.type,
    content: content.id.toHex(),
    stage: 'composed',
    sinceMillis: now,
    ...(lifeMillis === undefined ? {} : { untilMillis: now + lifeMillis }),
  })
  work.put(bodies, id, bytesOf(content))
  work.afterwards(() => engine.wakeSender(contact))
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

export function seal(
  work: Work,
  { id, entry }: Queued,
  letter: {
    readonly payload: Uint8Array
    readonly digest: string
    readonly address: string
    readonly relay: string
  },
): Queued {
  const sealed: OutboxEntry = {
    ...entry,
    stage: 'sealed',
    digest: letter.digest,
    address: letter.address,
    relay: letter.relay,
  }
  entries.put(work, id, sealed)
  work.put(bodies, id, letter.payload)
  return { id, entry: sealed }
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

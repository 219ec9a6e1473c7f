/**
 * @module What was sent lately, by what the other side calls it when it cannot read it: so that it can be said again. It
 * goes when its delivery was told, and after two weeks.
 */
import { type ContentType, writeContent } from '@sotto/wire/content'
import { table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

export interface Sent {
  /** The content's bytes in hex. */
  readonly bytes: string
  readonly content: string
  readonly atMillis: number
}

const sent = table<Sent>('sent')
/** The digest by the content's id, to find it when its delivery is told. */
const digests = table<string>('sent-digest')

export const keptMillis: number = 14 * 24 * 60 * 60 * 1000

/** What is worth nothing when it is late is not said again, but that it was nothing. */
const worthless: ReadonlySet<ContentType> = new Set(['typing', 'nothing'])

export function keepSent(
  work: Work,
  what: { readonly contact: string; readonly type: ContentType; readonly content: string },
  digest: string,
  bytes: Uint8Array,
  nowMillis: number,
): void {
  const { contact, type, content } = what
  const kept = worthless.has(type) ? nothing(content, nowMillis) : bytes
  sent.put(work, `${contact}/${digest}`, { bytes: kept.toHex(), content, atMillis: nowMillis })
  digests.put(work, `${contact}/${content}`, digest)
}

function nothing(content: string, sentAtMillis: number): Uint8Array {
  return writeContent({ type: 'nothing', id: Uint8Array.fromHex(content), sent_at: sentAtMillis })
}

export function sentByDigest(
  reader: Reader,
  contact: string,
  digest: string,
): Promise<Sent | undefined> {
  return sent.get(reader, `${contact}/${digest}`)
}

export async function forgetSent(work: Work, contact: string, content: string): Promise<void> {
  const digest = await digests.get(work, `${contact}/${content}`)
  if (digest === undefined) return
  sent.delete(work, `${contact}/${digest}`)
  digests.delete(work, `${contact}/${content}`)
}

/** Looks at one piece of what is kept, and says where to go on; undefined at the end. */
export async function sweepSent(
  work: Work,
  from: string | undefined,
  nowMillis: number,
): Promise<string | undefined> {
  const piece = await sent.list(work, { from, limit: 500 })
  for (const { id, value } of piece) {
    if (nowMillis - value.atMillis < keptMillis) continue
    sent.delete(work, id)
    digests.delete(work, `${id.slice(0, id.indexOf('/'))}/${value.content}`)
  }
  return piece.length < 500 ? undefined : `${piece.at(-1)?.id ?? ''} `
}

/** When the contact goes. */
export async function forgetAllSent(work: Work, contact: string): Promise<void> {
  const range = { from: `${contact}/`, before: `${contact}0`, limit: 100_000 }
  for (const { id } of await sent.list(work, range)) sent.delete(work, id)
  for (const { id } of await digests.list(work, range)) digests.delete(work, id)
}

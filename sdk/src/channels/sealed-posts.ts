/**
 * @module Posts that are encrypted, until the relay has them: sent twice they are the same bytes. One that was encrypted
 * before somebody was taken out is encrypted anew; whichever of both the relay takes, it takes one.
 */
import { table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

export interface SealedPost {
  /** In base64. */
  readonly payload: string
  /** Of the key that it was encrypted with. */
  readonly epoch: number
}

/** By the id of the entry in the outbox. */
const posts = table<SealedPost>('channel-sealed')

export function sealedPost(reader: Reader, entry: string): Promise<SealedPost | undefined> {
  return posts.get(reader, entry)
}

export function keepSealed(work: Work, entry: string, payload: Uint8Array, epoch: number): void {
  posts.put(work, entry, { payload: payload.toBase64(), epoch })
}

export function dropSealedPost(work: Work, entry: string): void {
  posts.delete(work, entry)
}

export async function dropSealed(work: Work, channel: string): Promise<void> {
  const range = { from: `${channel}/`, before: `${channel}0`, limit: 100_000 }
  for (const { id } of await posts.list(work, range)) posts.delete(work, id)
}

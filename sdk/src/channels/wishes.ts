/**
 * @module What the user wants to stand in a chain: it waits here until it does, or until the chain refuses it. A record is
 * made for the place behind the last one, and kept before it goes to the relay, so that what was sent and not answered
 * is known again when it is read.
 */
import type { Role } from '#channels/chain.ts'
import { fromSortable, sortable, table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

/** All texts of bytes are hex. */
export type Wish =
  | { readonly kind: 'create' }
  | { readonly kind: 'join'; readonly grant: string }
  | { readonly kind: 'add'; readonly member: string; readonly role: Role }
  | { readonly kind: 'remove'; readonly member: string }
  | { readonly kind: 'role'; readonly member: string; readonly role: Role }
  | { readonly kind: 'name'; readonly name: string; readonly picture?: string | undefined }
  | { readonly kind: 'timer'; readonly seconds: number }
  | { readonly kind: 'revoke' }
  | { readonly kind: 'leave' }

/** A record that goes, or has gone, to the relay. */
export interface MadeForPlace {
  readonly hash: string
  /** Where it stands in the chain. */
  readonly number: number
  readonly previous: string
  readonly sealed: string
}

export interface StoredWish {
  readonly wish: Wish
  readonly made?: MadeForPlace | undefined
}

export interface QueuedWish extends StoredWish {
  /** In order. */
  readonly id: string
}

const wishes = table<StoredWish>('channel-wish')

function of(channel: string): { readonly from: string; readonly before: string } {
  return { from: `${channel}/`, before: `${channel}0` }
}

/** Behind all others of this channel. The id of what waits. */
export async function putWish(work: Work, channel: string, wish: StoredWish): Promise<string> {
  const [last] = await wishes.list(work, { ...of(channel), order: 'descending', limit: 1 })
  const place = last === undefined ? 1 : fromSortable(last.id.slice(channel.length + 1)) + 1
  const id = `${channel}/${sortable(place)}`
  wishes.put(work, id, wish)
  return id
}

export async function firstWish(reader: Reader, channel: string): Promise<QueuedWish | undefined> {
  const [row] = await wishes.list(reader, { ...of(channel), limit: 1 })
  return row && { id: row.id, ...row.value }
}

export function keepMade(work: Work, { id, wish }: QueuedWish, made: MadeForPlace): void {
  wishes.put(work, id, { wish, made })
}

export function dropWish(work: Work, id: string): void {
  wishes.delete(work, id)
}

export async function dropWishes(work: Work, channel: string): Promise<void> {
  for (const { id } of await wishes.list(work, { ...of(channel), limit: 100_000 })) {
    wishes.delete(work, id)
  }
}

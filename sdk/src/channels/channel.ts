/**
 * @module A channel among the records of a profile: where it is, what opens it, and how far it was read. Who its members are
 * is kept beside it, as the chain has it.
 */
import type { ChainState } from '#channels/chain.ts'
import { sortable, table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

/**
 * 'creating', 'joining': the relay or the chain does not have us yet. 'shut-out': the relay says that we are no member,
 * and shows us no record that says so.
 */
export type ChannelStage = 'creating' | 'joining' | 'member' | 'left' | 'removed' | 'shut-out'

/** What is still to be done at the relay about what stands in the chain. All of it may be refused there. */
export type Chore =
  | { readonly kind: 'ban'; readonly identity: string }
  | { readonly kind: 'unban'; readonly identity: string }
  | { readonly kind: 'role'; readonly identity: string; readonly role: 'moderator' | 'member' }
  | { readonly kind: 'leave' }

/** All texts of bytes are hex. */
export interface StoredChannel {
  /** Of its conversation: 16 random bytes, of this profile alone. */
  readonly id: string
  readonly channel: string
  readonly secret: string
  /** The origin of the relay that keeps it. */
  readonly relay: string
  /** What we read letters of this channel with. */
  readonly readingKey: string
  readonly stage: ChannelStage
  /** The relay's invitation, as long as it is needed. */
  readonly token?: string | undefined
  /** Of the last record that was looked at, as the relay counts. */
  readonly place: number
  /** The last message that was looked at, as the relay counts. */
  readonly seen: number
  readonly sinceMillis: number
  /** There is another chain than ours. Nothing is sent until an admin goes on with this one. */
  readonly fork?: Fork | undefined
  readonly chores: readonly Chore[]
  /** Who has gone lately, and until when they are heard for what they said before. */
  readonly going: Readonly<Record<string, number>>
}

export interface Fork {
  /** How long our chain was. */
  readonly number: number
  /** Who has signed what does not fit. */
  readonly by: string
}

export const channels = table<StoredChannel>('channel')
export const chains = table<ChainState>('channel-chain')

/** The hash of every record, by channel and number: by it another one in its place shows. */
const hashes = table<string>('channel-record')

export function hashAt(reader: Reader, id: string, number: number): Promise<string | undefined> {
  return hashes.get(reader, `${id}/${sortable(number)}`)
}

export function putChain(work: Work, id: string, state: ChainState): void {
  chains.put(work, id, state)
  hashes.put(work, `${id}/${sortable(state.number)}`, state.hash)
}

export async function changeChannel(
  work: Work,
  id: string,
  change: Partial<StoredChannel>,
): Promise<void> {
  const found = await channels.get(work, id)
  if (found !== undefined) channels.put(work, id, { ...found, ...change })
}

/** A profile has few, so all are looked at. */
export async function channelNamed(
  reader: Reader,
  channel: string,
): Promise<StoredChannel | undefined> {
  return (await channels.all(reader)).find(({ value }) => value.channel === channel)?.value
}

export async function deleteChannel(work: Work, id: string): Promise<void> {
  channels.delete(work, id)
  chains.delete(work, id)
  const range = { from: `${id}/`, before: `${id}0`, limit: 100_000 }
  for (const row of await hashes.list(work, range)) hashes.delete(work, row.id)
}

/**
 * @module Who is heard in a channel: its members; and for a while who was one, for what they said before they went.
 */
import { type ChainState, formerOf, memberOf } from '#channels/chain.ts'
import type { StoredChannel } from '#channels/channel.ts'

export interface Hearing {
  /** Of the first record that they may have known. */
  readonly since: number
  /** Of the record that took them out. */
  readonly until: number | undefined
}

/** Undefined for strangers, and for who went long ago. */
export function hearingOf(
  { going }: StoredChannel,
  state: ChainState | undefined,
  identity: string,
): Hearing | undefined {
  if (state === undefined) return undefined
  const member = memberOf(state, identity)
  if (member !== undefined) return { since: member.since, until: undefined }
  const former = formerOf(state, identity)
  if (former === undefined || !Object.hasOwn(going, identity)) return undefined
  return { since: 1, until: former.until }
}

/** Whether what names this record as the last that was known may come from them. */
export function mayHaveKnown({ since, until }: Hearing, number: number): boolean {
  return number >= since && (until === undefined || number < until)
}

/**
 * @module Posts that no key opens yet: the key is on its way, by another road. They wait here, and are tried again when one
 * comes. After a while their author is told that we lack it, and after a day the user sees that something is lost.
 */
import { fromSortable, sortable, table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

export interface WaitingPost {
  /** Its place at the relay. */
  readonly number: number
  /** As the relay says, in hex. */
  readonly sender: string
  readonly acceptedAtMillis: number
  /** In base64. */
  readonly payload: string
  /** When it came. */
  readonly sinceMillis: number
}

const posts = table<WaitingPost>('channel-waiting')
/** When a member was last told that we lack their key. */
const asked = table<number>('channel-asked')

export const maxWaiting = 500
/** As long as a post of ours ever is. */
export const maxPostBytes = 65_536
export const askAfterMillis: number = 60_000
const askPauseMillis = 6 * 60 * 60 * 1000
export const lostAfterMillis: number = 24 * 60 * 60 * 1000

function of(channel: string): { readonly from: string; readonly before: string } {
  return { from: `${channel}/`, before: `${channel}0` }
}

/** The one that had to make room, if any. */
export async function putWaiting(
  work: Work,
  channel: string,
  post: WaitingPost,
): Promise<WaitingPost | undefined> {
  const rows = await posts.list(work, { ...of(channel), limit: maxWaiting })
  posts.put(work, `${channel}/${sortable(post.number)}`, post)
  const [first] = rows
  if (rows.length < maxWaiting || first === undefined) return undefined
  posts.delete(work, first.id)
  return first.value
}

/** In order. */
export async function waitingIn(reader: Reader, channel: string): Promise<readonly WaitingPost[]> {
  const rows = await posts.list(reader, { ...of(channel), limit: maxWaiting })
  return rows.map(({ id, value }) => ({
    ...value,
    number: fromSortable(id.slice(channel.length + 1)),
  }))
}

export function dropWaitingPost(work: Work, channel: string, number: number): void {
  posts.delete(work, `${channel}/${sortable(number)}`)
}

/** Whether it is time to tell them; then it is noted. */
export async function mayAsk(
  work: Work,
  channel: string,
  peer: string,
  nowMillis: number,
): Promise<boolean> {
  const id = `${channel}/${peer}`
  const last = await asked.get(work, id)
  if (last !== undefined && nowMillis - last < askPauseMillis) return false
  asked.put(work, id, nowMillis)
  return true
}

export async function dropWaiting(work: Work, channel: string): Promise<void> {
  for (const { number } of await waitingIn(work, channel)) dropWaitingPost(work, channel, number)
  for (const { id } of await asked.list(work, { ...of(channel), limit: 10_000 })) {
    asked.delete(work, id)
  }
}

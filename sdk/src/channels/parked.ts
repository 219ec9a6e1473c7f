/**
 * @module Letters of people whom the chain does not have, yet: they wait, unopened, until it was read again. Then they are
 * heard, or thrown away.
 */
import type { Letter } from '@sotto/wire/content'
import { fromSortable, sortable, table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

interface Parked {
  readonly sender: string
  readonly device: number
  readonly kind: Letter['kind']
  /** In base64. */
  readonly body: string
}

const letters = table<Parked>('channel-letter')

/** More are thrown away: who can fill this has nothing to say yet. */
export const maxParked = 64
/** A sender key in the first message of a session takes some 3 KiB. */
const maxParkedBytes = 16_384

function of(channel: string): { readonly from: string; readonly before: string } {
  return { from: `${channel}/`, before: `${channel}0` }
}

/** False when there is no room. */
export async function park(work: Work, channel: string, letter: Letter): Promise<boolean> {
  const rows = await letters.list(work, { ...of(channel), limit: maxParked })
  if (rows.length >= maxParked || letter.body.length > maxParkedBytes) return false
  const last = rows.at(-1)?.id.slice(channel.length + 1)
  const place = last === undefined ? 1 : fromSortable(last) + 1
  letters.put(work, `${channel}/${sortable(place)}`, {
    sender: letter.sender.toHex(),
    device: letter.device,
    kind: letter.kind,
    body: letter.body.toBase64(),
  })
  return true
}

/** Up to `last`, as `lastParked` has it; they are then there no more. */
export async function takeParked(
  work: Work,
  channel: string,
  last: string,
): Promise<readonly Letter[]> {
  const all = await letters.list(work, { ...of(channel), limit: maxParked })
  const rows = all.filter(({ id }) => id <= last)
  return rows.map(({ id, value: { sender, device, kind, body } }) => {
    letters.delete(work, id)
    return {
      sender: Uint8Array.fromHex(sender),
      device,
      kind,
      body: Uint8Array.fromBase64(body),
    }
  })
}

/** Undefined when none waits. */
export async function lastParked(reader: Reader, channel: string): Promise<string | undefined> {
  const range = { ...of(channel), order: 'descending', limit: 1 } as const
  return (await letters.list(reader, range))[0]?.id
}

export async function dropParked(work: Work, channel: string): Promise<void> {
  for (const { id } of await letters.list(work, { ...of(channel), limit: 1000 })) {
    letters.delete(work, id)
  }
}

/**
 * @module A page of what waits in several mailboxes, in the order in which it was accepted. Bounded as it is written:
 * forwarders of sealed answers refuse those above 128 KiB, and a mailbox that was never cut into pages could then never
 * be read.
 */
import { formatUuid, type MailboxId } from '@sotto/wire'
import type { Collected, Envelope, MailboxStore } from '#store/store.ts'
import { toBase64 } from '#door/vauchi/texts.ts'

export interface Blob {
  readonly blob_id: string
  readonly ciphertext: string
  readonly created_at: number
  readonly mailbox_token: string
}

export interface Page {
  readonly blobs: readonly Blob[]
  /** More waits behind these. */
  readonly isTruncated: boolean
  readonly damaged: number
}

/** Of the blobs as JSON. With what stands around them in a sealed answer that is 96 KiB, the largest of its sizes. */
export const maxPageBytes = 96 * 1024 - 64

/** A blob's JSON without its base64: names, UUID, token, time and a comma. */
const blobOverheadBytes =
  JSON.stringify({
    blob_id: 'x'.repeat(36),
    ciphertext: '',
    created_at: 1e10,
    mailbox_token: 'x'.repeat(64),
  }).length + 1

/** More than fit on a page, so that reading less never makes a page smaller. */
const query = {
  maxEnvelopes: Math.ceil(maxPageBytes / blobOverheadBytes),
  maxBytes: Math.ceil((maxPageBytes * 3) / 4),
}

interface Waiting {
  readonly envelope: Envelope
  readonly token: string
}

/** `tokens` by the mailbox that they name. */
export async function readPage(
  mailboxes: Pick<MailboxStore, 'collect'>,
  tokens: ReadonlyMap<MailboxId, string>,
  nowMillis: number,
): Promise<Page> {
  let waiting: readonly Waiting[] = []
  let damaged = 0
  /** Where what is left out begins: nothing behind it may overtake it. */
  let leftOut: Waiting | undefined
  for (const [mailbox, token] of tokens) {
    const collected = await firstOf(mailboxes, mailbox, nowMillis)
    damaged += collected.damaged
    const merged = [...waiting, ...collected.envelopes.map((envelope) => ({ envelope, token }))]
    merged.sort(inOrder)
    const last = collected.envelopes.at(-1)
    if (collected.more && last !== undefined) {
      leftOut = earlier(leftOut, { envelope: { ...last, sequence: last.sequence + 1 }, token })
    }
    waiting = cut(merged, leftOut)
    leftOut = earlier(leftOut, merged[waiting.length])
  }
  return { blobs: waiting.map(blobOf), isTruncated: leftOut !== undefined, damaged }
}

/** Damaged ones alone are no answer while something readable is behind them. */
async function firstOf(
  mailboxes: Pick<MailboxStore, 'collect'>,
  mailbox: MailboxId,
  nowMillis: number,
): Promise<Collected> {
  let damaged = 0
  for (let after = 0; ;) {
    const collected = await mailboxes.collect(mailbox, { after, ...query, nowMillis })
    damaged += collected.damaged
    if (collected.envelopes.length > 0 || !collected.more) return { ...collected, damaged }
    after = collected.cursor
  }
}

function inOrder(a: Waiting, b: Waiting): number {
  return (
    a.envelope.acceptedAtMillis - b.envelope.acceptedAtMillis ||
    a.envelope.sequence - b.envelope.sequence
  )
}

function earlier(one: Waiting | undefined, other: Waiting | undefined): Waiting | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return inOrder(one, other) < 0 ? one : other
}

/** From the first on, as many as fit and stand in front of `end`; one at least. */
function cut(waiting: readonly Waiting[], end: Waiting | undefined): readonly Waiting[] {
  let bytes = 2
  let count = 0
  for (const each of waiting) {
    if (end !== undefined && inOrder(each, end) >= 0) break
    bytes += blobOverheadBytes + Math.ceil(each.envelope.body.length / 3) * 4
    if (count > 0 && bytes > maxPageBytes) break
    count++
  }
  return waiting.slice(0, count)
}

function blobOf({ envelope, token }: Waiting): Blob {
  return {
    blob_id: formatUuid(envelope.id),
    ciphertext: toBase64(envelope.body),
    created_at: Math.floor(envelope.acceptedAtMillis / 1000),
    mailbox_token: token,
  }
}

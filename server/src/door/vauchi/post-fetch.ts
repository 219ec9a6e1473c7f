/**
 * @module POST /v2/fetch: what waits in the mailboxes of these tokens. Nothing is removed by it.
 */
import type { MailboxId } from '@sotto/wire'
import type { Clock } from '#relay/clock.ts'
import type { MailboxStore } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import type { Action } from '#door/vauchi/actions.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { readPage } from '#door/vauchi/page.ts'
import { failed, rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { tokensRequest } from '#door/vauchi/schemas.ts'
import { mailboxNamed } from '#door/vauchi/texts.ts'

export interface FetchDeps {
  readonly mailboxes: Pick<MailboxStore, 'collect'>
  readonly limits: Pick<Limits, 'ofMailbox'>
  readonly clock: Clock
  readonly events: Pick<Events, 'delivered' | 'recordsDamaged'>
}

const maxTokens = 100

export function createFetch({ mailboxes, limits, clock, events }: FetchDeps): Action {
  return async (body) => {
    const request = tokensRequest.safeParse(body)
    if (!request.success) return unreadable
    const tokens = request.data.mailbox_tokens
    const [first] = tokens
    if (first !== undefined) {
      const admission = limits.ofMailbox('fetch', first)
      if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    }
    if (first === undefined || tokens.length > maxTokens) {
      return failed(400, 'mailbox_tokens must contain 1-100 entries')
    }
    const page = await readPage(mailboxes, tokensByMailbox(tokens), clock.now())
    events.recordsDamaged('envelope', page.damaged)
    events.delivered(page.blobs.length)
    return succeeded({ blobs: page.blobs, ...(page.isTruncated ? { truncated: true } : {}) })
  }
}

/** A token that names no mailbox matches nothing; one that is there twice counts once, as it was written first. */
function tokensByMailbox(tokens: readonly string[]): ReadonlyMap<MailboxId, string> {
  const named = new Map<MailboxId, string>()
  for (const token of tokens) {
    const mailbox = mailboxNamed(token)
    if (mailbox !== undefined && !named.has(mailbox)) named.set(mailbox, token)
  }
  return named
}

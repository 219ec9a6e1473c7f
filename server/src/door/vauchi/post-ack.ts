/**
 * @module POST /v2/ack: one message arrived and can go. Whoever knows both the token and the message's id may say so.
 */
import { parseUuid, type EnvelopeId } from '@sotto/wire'
import type { MailboxStore } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import type { Action } from '#door/vauchi/actions.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { ackRequest } from '#door/vauchi/schemas.ts'
import { mailboxNamed } from '#door/vauchi/texts.ts'

export interface AckDeps {
  readonly mailboxes: Pick<MailboxStore, 'acknowledge'>
  readonly limits: Pick<Limits, 'ofMailbox'>
  readonly events: Pick<Events, 'acknowledged'>
}

export function createAck({ mailboxes, limits, events }: AckDeps): Action {
  return async (body) => {
    const request = ackRequest.safeParse(body)
    if (!request.success) return unreadable
    const { recipient_id, blob_id } = request.data
    const admission = limits.ofMailbox('ack', recipient_id)
    if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    const mailbox = mailboxNamed(recipient_id)
    // Sixteen bytes are an envelope's id, there or not.
    const id = parseUuid(blob_id) as EnvelopeId | undefined
    // Never an error: original clients name another mailbox of theirs now and then.
    if (mailbox === undefined || id === undefined) return succeeded({ acknowledged: false })
    const removed = await mailboxes.acknowledge(mailbox, [id])
    events.acknowledged(removed)
    return succeeded({ acknowledged: removed > 0 })
  }
}

/**
 * @module POST /v2/send: a sealed message for whoever knows the token of a mailbox, or the key of an address. Who sends it
 * is not asked. Answered after it is on disk.
 */
import { formatUuid, type MailboxId } from '@sotto/wire'
import type { Action } from '#door/vauchi/actions.ts'
import { depositSealed, readSealed, type SealedDeps } from '#door/vauchi/deposit-sealed.ts'
import type { Limits, Operation } from '#door/vauchi/limits.ts'
import { failed, rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { sendRequest } from '#door/vauchi/schemas.ts'
import { mailboxAddressed, mailboxNamed } from '#door/vauchi/texts.ts'

export interface SendDeps extends SealedDeps {
  readonly limits: Pick<Limits, 'ofMailbox'>
}

export function createSend(deps: SendDeps): Action {
  const { limits } = deps
  return async (body) => {
    const request = sendRequest.safeParse(body)
    if (!request.success) return unreadable
    const { recipient_id, address, ciphertext } = request.data
    const target = targetOf(recipient_id ?? undefined, address ?? undefined)
    if (target === undefined) return unreadable
    const { member, text, operation, mailboxOf } = target
    const admission = limits.ofMailbox(operation, text)
    if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    const mailbox = mailboxOf(text)
    if (mailbox === undefined) return failed(400, `${member} must be 64 hex characters`)
    const reading = readSealed(ciphertext, deps)
    if (reading.kind === 'refused') return reading.reply
    const outcome = await depositSealed(deps, mailbox, reading.sealed)
    return outcome.kind === 'stored'
      ? succeeded({ blob_id: formatUuid(outcome.id) })
      : outcome.reply
  }
}

interface Target {
  readonly member: string
  readonly text: string
  readonly operation: Operation
  readonly mailboxOf: (text: string) => MailboxId | undefined
}

/** Undefined unless there is exactly one. */
function targetOf(token: string | undefined, address: string | undefined): Target | undefined {
  if (token !== undefined && address !== undefined) return undefined
  if (token !== undefined) {
    return { member: 'recipient_id', text: token, operation: 'send', mailboxOf: mailboxNamed }
  }
  if (address === undefined) return undefined
  return {
    member: 'address',
    text: address,
    operation: 'send-to-address',
    mailboxOf: mailboxAddressed,
  }
}

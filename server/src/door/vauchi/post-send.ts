/**
 * @module POST /v2/send: a sealed message for whoever knows the token of a mailbox, or the key of an address. Who sends it
 * is not asked. Answered after it is on disk.
 */
import { formatUuid, markUuidV4, type EnvelopeId, type MailboxId } from '@sotto/wire'
import type { Randomness } from '#relay/clock.ts'
import { depositFleeting, type DepositDeps, type FleetingPolicy } from '#relay/mailboxes/deposit.ts'
import type { Events } from '#watch/events.ts'
import type { Action } from '#door/vauchi/actions.ts'
import type { Limits, Operation } from '#door/vauchi/limits.ts'
import { failed, failedForNow, rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { sendRequest } from '#door/vauchi/schemas.ts'
import { fromBase64, mailboxAddressed, mailboxNamed } from '#door/vauchi/texts.ts'

export interface SendDeps extends DepositDeps {
  readonly limits: Pick<Limits, 'ofMailbox'>
  readonly randomness: Randomness
  readonly policy: FleetingPolicy
  readonly maxMessageBytes: number
  readonly events: Pick<Events, 'messageStored' | 'messageRefused'>
}

/** Tells its envelopes from those of other doors, should one ever need to know. */
const kind = 0

/** Room comes when somebody fetches, or when something expires. */
const storageFullWaitSeconds = 60

export function createSend(deps: SendDeps): Action {
  const { events, limits } = deps
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
    const sealed = fromBase64(ciphertext)
    if (sealed === undefined) return failed(400, 'ciphertext must be valid base64')
    if (sealed.length > deps.maxMessageBytes) return failed(413, 'ciphertext too large')
    const id = drawId(deps.randomness)
    const outcome = await depositFleeting(
      deps,
      { mailbox, id, idMayRepeat: false, kind, sender: undefined, body: sealed },
      deps.policy,
    )
    switch (outcome.kind) {
      case 'stored':
        events.messageStored(outcome.evicted)
        return succeeded({ blob_id: formatUuid(id) })
      case 'mailbox-full':
        events.messageRefused('mailbox-full')
        return failedForNow(429, 'quota exceeded for recipient')
      case 'storage-full':
        events.messageRefused('mailbox-full')
        return failedForNow(507, 'storage full', storageFullWaitSeconds)
      case 'duplicate':
        throw new TypeError('Cannot deposit: an id that was just drawn is there already')
    }
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

function drawId(randomness: Randomness): EnvelopeId {
  return markUuidV4(randomness.bytes(16)) as EnvelopeId
}

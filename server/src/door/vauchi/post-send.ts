/**
 * @module POST /v2/send: a sealed message for whoever knows the token of a mailbox. Who sends it is not asked. Answered
 * after it is on disk.
 */
import { formatUuid, markUuidV4, type EnvelopeId } from '@sotto/wire'
import type { Randomness } from '#relay/clock.ts'
import { deposit, type DepositDeps, type DepositPolicy } from '#relay/mailboxes/deposit.ts'
import type { Events } from '#watch/events.ts'
import type { Action } from '#door/vauchi/actions.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { failed, failedForNow, rateLimited, succeeded, unreadable } from '#door/vauchi/reply.ts'
import { sendRequest } from '#door/vauchi/schemas.ts'
import { fromBase64, mailboxNamed } from '#door/vauchi/texts.ts'

export interface SendDeps extends DepositDeps {
  readonly limits: Pick<Limits, 'ofMailbox'>
  readonly randomness: Randomness
  readonly policy: DepositPolicy
  readonly maxMessageBytes: number
  readonly events: Pick<Events, 'messageStored' | 'messageRefused'>
}

/** Tells its envelopes from those of other doors, should one ever need to know. */
const kind = 0

export function createSend(deps: SendDeps): Action {
  const { events, limits, mailboxes } = deps
  return async (body) => {
    const request = sendRequest.safeParse(body)
    if (!request.success) return unreadable
    const { recipient_id, ciphertext } = request.data
    const admission = limits.ofMailbox('send', recipient_id)
    if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    const mailbox = mailboxNamed(recipient_id)
    if (mailbox === undefined) return failed(400, 'recipient_id must be 64 hex characters')
    const sealed = fromBase64(ciphertext)
    if (sealed === undefined) return failed(400, 'ciphertext must be valid base64')
    if (sealed.length > deps.maxMessageBytes) return failed(413, 'ciphertext too large')
    const id = drawId(deps.randomness)
    // Always, so that the first message takes the same way as all others.
    await mailboxes.open(mailbox)
    const outcome = await deposit(
      deps,
      { mailbox, id, idMayRepeat: false, kind, sender: undefined, body: sealed },
      deps.policy,
    )
    if (outcome.kind === 'mailbox-full') {
      events.messageRefused('mailbox-full')
      return failedForNow(429, 'quota exceeded for recipient')
    }
    if (outcome.kind !== 'stored') {
      throw new TypeError(
        `Cannot deposit: the mailbox was opened, and the answer is ${outcome.kind}`,
      )
    }
    events.messageStored(outcome.evicted)
    return succeeded({ blob_id: formatUuid(id) })
  }
}

function drawId(randomness: Randomness): EnvelopeId {
  return markUuidV4(randomness.bytes(16)) as EnvelopeId
}

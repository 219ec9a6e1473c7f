/**
 * @module One sealed message into a mailbox of this door, for both ways to send: read from its text, given an id, stored,
 * counted.
 */
import { markUuidV4, type EnvelopeId, type MailboxId } from '@sotto/wire'
import type { Randomness } from '#relay/clock.ts'
import { depositFleeting, type DepositDeps, type FleetingPolicy } from '#relay/mailboxes/deposit.ts'
import type { Events } from '#watch/events.ts'
import { failed, failedForNow, type ActionReply } from '#door/vauchi/reply.ts'
import { fromBase64 } from '#door/vauchi/texts.ts'

export interface SealedDeps extends DepositDeps {
  readonly randomness: Randomness
  readonly policy: FleetingPolicy
  readonly maxMessageBytes: number
  readonly events: Pick<Events, 'messageStored' | 'messageRefused'>
}

export type SealedReading =
  | { readonly kind: 'read'; readonly sealed: Uint8Array }
  | { readonly kind: 'refused'; readonly reply: ActionReply }

export type SealedOutcome =
  | { readonly kind: 'stored'; readonly id: EnvelopeId }
  | { readonly kind: 'mailbox-full' | 'storage-full'; readonly reply: ActionReply }

/** Tells its envelopes from those of other doors, should one ever need to know. */
const kind = 0

/** Room comes when somebody fetches, or when something expires. */
const storageFullWaitSeconds = 60

export function readSealed(
  ciphertext: string,
  { maxMessageBytes }: Pick<SealedDeps, 'maxMessageBytes'>,
): SealedReading {
  const sealed = fromBase64(ciphertext)
  if (sealed === undefined) return refused(failed(400, 'ciphertext must be valid base64'))
  if (sealed.length > maxMessageBytes) return refused(failed(413, 'ciphertext too large'))
  return { kind: 'read', sealed }
}

function refused(reply: ActionReply): SealedReading {
  return { kind: 'refused', reply }
}

export async function depositSealed(
  deps: SealedDeps,
  mailbox: MailboxId,
  sealed: Uint8Array,
): Promise<SealedOutcome> {
  const { events } = deps
  const id = drawId(deps.randomness)
  const outcome = await depositFleeting(
    deps,
    { mailbox, id, idMayRepeat: false, kind, sender: undefined, body: sealed },
    deps.policy,
  )
  switch (outcome.kind) {
    case 'stored':
      events.messageStored(outcome.evicted)
      return { kind: 'stored', id }
    case 'mailbox-full':
      events.messageRefused('mailbox-full')
      return { kind: 'mailbox-full', reply: failedForNow(429, 'quota exceeded for recipient') }
    case 'storage-full':
      events.messageRefused('storage-full')
      return {
        kind: 'storage-full',
        reply: failedForNow(507, 'storage full', storageFullWaitSeconds),
      }
    case 'duplicate':
      throw new TypeError('Cannot deposit: an id that was just drawn is there already')
  }
}

function drawId(randomness: Randomness): EnvelopeId {
  return markUuidV4(randomness.bytes(16)) as EnvelopeId
}

/**
 * @module POST /v2/send_many, ours: several sealed messages for one address, in one request. Each is stored as `/v2/send`
 * would store it, in the order in which they came, and together they wait for one commit. What is refused is a tail: the
 * answer says how many from the front are on disk.
 *
 * Not an action, as `post-keys.ts` says of its own. Sealed, it is reached by binary HTTP.
 */
import { nextTick } from 'node:process'
import type { MailboxId } from '@sotto/wire'
import { retryAfterSeconds } from '#guard/retry-after.ts'
import type { Events } from '#watch/events.ts'
import { broken } from '#door/vauchi/broken.ts'
import {
  depositSealed,
  readSealed,
  type SealedDeps,
  type SealedOutcome,
} from '#door/vauchi/deposit-sealed.ts'
import { jsonRoute, maxJsonBytes, refusals, type JsonRouteDeps } from '#door/vauchi/json-route.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { failed, rateLimited, succeeded, unreadable, type ActionReply } from '#door/vauchi/reply.ts'
import { sendManyAnswer, sendManyRequest } from '#door/vauchi/schemas.ts'
import { mailboxAddressed } from '#door/vauchi/texts.ts'
import type { Route } from '#door/route.ts'

export interface SendManyDeps extends SealedDeps, JsonRouteDeps {
  readonly limits: Pick<Limits, 'ofAddress' | 'ofMailbox'>
  readonly events: Pick<
    Events,
    'messageStored' | 'messageRefused' | 'rateLimited' | 'requestFailed' | 'storeFailed'
  >
}

const path = '/v2/send_many'

/** When the relay failed in a way that does not say how long. */
const failureWaitSeconds = 10

export function postSendMany(deps: SendManyDeps): Route {
  return jsonRoute(deps, {
    path,
    summary: 'Deposit sealed messages in one mailbox, in order',
    accepts: { json: sendManyRequest },
    responses: {
      200: { description: 'They are on disk, or some from the front are', json: sendManyAnswer },
      ...refusals,
    },
    maxBytes: maxJsonBytes,
    async act(body) {
      try {
        return await sendMany(deps, body)
      } catch (error) {
        return broken(deps.events, path, error)
      }
    },
  })
}

async function sendMany(deps: SendManyDeps, body: unknown): Promise<ActionReply> {
  const request = sendManyRequest.safeParse(body)
  if (!request.success) return unreadable
  const { address, ciphertexts } = request.data
  const mailbox = mailboxAddressed(address)
  if (mailbox === undefined) return failed(400, 'address must be 64 hex characters')
  const messages: Uint8Array[] = []
  for (const ciphertext of ciphertexts) {
    const reading = readSealed(ciphertext, deps)
    if (reading.kind === 'refused') return reading.reply
    messages.push(reading.sealed)
  }
  const { count, retryAfterMillis } = admit(deps.limits, address, messages.length)
  if (retryAfterMillis !== undefined) deps.events.rateLimited('standard')
  if (retryAfterMillis !== undefined && count === 0) return rateLimited(retryAfterMillis)

  const { accepted, refusal } = await depositInOrder(deps, mailbox, messages.slice(0, count))
  if (refusal === undefined) {
    return retryAfterMillis === undefined
      ? succeeded({ accepted })
      : succeeded({ accepted, retry_after: retryAfterSeconds(retryAfterMillis) })
  }
  if (accepted === 0) return refusal.reply
  return refusal.kind === 'mailbox-full'
    ? succeeded({ accepted, full: true })
    : succeeded({ accepted, retry_after: refusal.reply.retryAfterSeconds ?? failureWaitSeconds })
}

interface Admitted {
  readonly count: number
  /** Until there is a token for the next one, if not all were admitted. */
  readonly retryAfterMillis: number | undefined
}

/** Takes a token for each message, from the bucket of `/v2/send`, as long as there are any. */
function admit(limits: Pick<Limits, 'ofMailbox'>, address: string, wanted: number): Admitted {
  for (let count = 0; count < wanted; count++) {
    const admission = limits.ofMailbox('send-to-address', address)
    if (!admission.allowed) return { count, retryAfterMillis: admission.retryAfterMillis }
  }
  return { count: wanted, retryAfterMillis: undefined }
}

interface Refusal {
  readonly kind: 'mailbox-full' | 'storage-full' | 'broken'
  readonly reply: ActionReply
}

interface Deposited {
  /** So many from the front. */
  readonly accepted: number
  readonly refusal: Refusal | undefined
}

/**
 * All in one turn of the event loop, so that they share a commit, and none behind one that was refused: a smaller one could
 * find room where a larger one did not. What has no room is refused before its turn is over, what is stored resolves when
 * it is on disk.
 *
 * Only a disk that fails under the commit can refuse one in the middle and take others behind it. Those count as refused:
 * the sender sends them again, as after any answer that it did not get.
 */
async function depositInOrder(
  deps: SendManyDeps,
  mailbox: MailboxId,
  messages: readonly Uint8Array[],
): Promise<Deposited> {
  const underWay: Promise<SealedOutcome | Refusal>[] = []
  let isRefused = false
  for (const sealed of messages) {
    const ending = depositSealed(deps, mailbox, sealed)
      .catch((error: unknown): Refusal => {
        return { kind: 'broken', reply: broken(deps.events, path, error) }
      })
      .then((outcome) => {
        if (outcome.kind !== 'stored') isRefused = true
        return outcome
      })
    underWay.push(ending)
    await everythingKnown()
    if (isRefused) break
  }
  let accepted = 0
  for (const ending of await Promise.all(underWay)) {
    if (ending.kind === 'stored') {
      accepted++
      continue
    }
    if (ending.kind !== 'broken') refuseRest(deps, ending.kind, messages.length - accepted - 1)
    return { accepted, refusal: ending }
  }
  return { accepted, refusal: undefined }
}

/** Behind every promise that is settled already, and before anything comes from outside. */
function everythingKnown(): Promise<void> {
  return new Promise((resolve) => nextTick(resolve))
}

/** Those that were not tried would have been refused like the one before them. */
function refuseRest(
  { events }: SendManyDeps,
  why: 'mailbox-full' | 'storage-full',
  count: number,
): void {
  for (let i = 0; i < count; i++) events.messageRefused(why)
}

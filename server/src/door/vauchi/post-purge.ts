/**
 * @module POST /v2/purge: empties a mailbox, on an Ed25519 signature that is good once and for a minute.
 *
 * The protocol's signature covers the key, a token that is used once and the time, 72 bytes, and not the mailbox. So one
 * of them has to name it: the token is the mailbox's own, or the key is, or there is a second signature, ours, over a
 * label, the mailbox and those 72 bytes. Otherwise anybody's signature would empty anybody's mailbox.
 */
import type { VerifyEd25519 } from '@sotto/primitives'
import type { ReplayGuard } from '#guard/replay.ts'
import type { Clock } from '#relay/clock.ts'
import type { MailboxStore } from '#store/store.ts'
import type { Action } from '#door/vauchi/actions.ts'
import type { Limits } from '#door/vauchi/limits.ts'
import { failed, rateLimited, succeeded, unreadable, type ActionReply } from '#door/vauchi/reply.ts'
import { purgeRequest } from '#door/vauchi/schemas.ts'
import { fromHex, mailboxNamed, toHex } from '#door/vauchi/texts.ts'

export interface PurgeDeps {
  readonly mailboxes: Pick<MailboxStore, 'purge'>
  readonly limits: Pick<Limits, 'ofMailbox'>
  readonly clock: Clock
  readonly verify: VerifyEd25519
  /** Remembers what was used once for {@link purgeReplayMillis}. */
  readonly replay: ReplayGuard
}

/** A request is good for a minute before and after its time. */
const windowSeconds = 60

export const purgeReplayMillis = 2 * windowSeconds * 1000

const keyBytes = 32
const signatureBytes = 64

const recipientLabel = new TextEncoder().encode('sotto/vauchi/purge/1')

export function createPurge({ mailboxes, limits, clock, verify, replay }: PurgeDeps): Action {
  return async (body) => {
    const request = purgeRequest.safeParse(body)
    if (!request.success) return unreadable
    const { recipient_id, timestamp, recipient_signature } = request.data
    const parts = decode([
      ['public_key', request.data.public_key, keyBytes],
      ['signature', request.data.signature, signatureBytes],
      ['purge_token', request.data.purge_token, keyBytes],
    ])
    if (!Array.isArray(parts)) return parts
    const [key = none, signature = none, token = none] = parts
    if (Math.abs(Math.floor(clock.now() / 1000) - timestamp) > windowSeconds) {
      return failed(401, 'purge timestamp outside acceptable window')
    }
    const message = signedMessage(key, token, timestamp)
    if (!verify(key, message, signature)) return failed(401, 'invalid purge signature')
    const recipient = recipient_id.toLowerCase()
    const isNamed = recipient === toHex(token) || recipient === toHex(key)
    const proof = fromHex(recipient_signature ?? '') ?? none
    if (!isNamed && !verify(key, recipientMessage(recipient, message), proof)) {
      return failed(401, 'purge does not name recipient_id')
    }
    // With the key, so that nobody uses another's token up.
    const once = Buffer.concat([key, token])
    if (replay.has(once, clock.now())) return failed(401, 'purge token replay detected')
    const admission = limits.ofMailbox('purge', recipient)
    if (!admission.allowed) return rateLimited(admission.retryAfterMillis)
    const mailbox = mailboxNamed(recipient)
    const deleted = mailbox === undefined ? 0 : await mailboxes.purge(mailbox)
    // Not before, so that the same request can be sent again when the store failed.
    replay.add(once, clock.now())
    return succeeded({ blobs_deleted: deleted })
  }
}

const none = new Uint8Array()

/** The bytes in order, or what is wrong with the first that is wrong: first the digits of all, then the lengths. */
function decode(
  fields: readonly (readonly [name: string, text: string, bytes: number])[],
): Uint8Array[] | ActionReply {
  const decoded: Uint8Array[] = []
  for (const [name, text] of fields) {
    const bytes = fromHex(text)
    if (bytes === undefined) return failed(401, `invalid ${name} hex: must be hex digits in pairs`)
    decoded.push(bytes)
  }
  for (const [at, [name, , bytes]] of fields.entries()) {
    const given = decoded[at]?.length
    if (given !== bytes) return failed(401, `${name} must be ${bytes} bytes, got ${given}`)
  }
  return decoded
}

/** Key, token, and the time as u64 big-endian. */
function signedMessage(key: Uint8Array, token: Uint8Array, timestamp: number): Uint8Array {
  const message = Buffer.alloc(2 * keyBytes + 8)
  message.set(key)
  message.set(token, keyBytes)
  message.writeBigUInt64BE(BigInt(timestamp), 2 * keyBytes)
  return message
}

function recipientMessage(recipient: string, message: Uint8Array): Uint8Array {
  return Buffer.concat([recipientLabel, fromHex(recipient) ?? none, message])
}

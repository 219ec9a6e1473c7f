/**
 * @module A message that failed, once more: the same content, so that whoever has it already shows it once.
 */
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { attachmentContent } from '#messages/attachment-pointer.ts'
import { audienceOf, tell } from '#messages/audience.ts'
import { type Message, messageById } from '#messages/message.ts'
import { setStatus } from '#messages/status.ts'
import type { Work } from '#state/work.ts'

export async function retry(
  work: Work,
  engine: Engine,
  conversation: string,
  id: string,
): Promise<Message> {
  const audience = await audienceOf(work, conversation)
  const message = await messageById(work, conversation, id)
  if (message?.status !== 'failed' || message.kind !== 'text' || message.isDeleted === true) {
    throw new SottoError('not-found', 'Cannot try again: no such message has failed')
  }
  await tell(work, engine, audience, {
    type: 'text',
    id: Uint8Array.fromHex(id),
    sent_at: message.sentAtMillis,
    body: message.body,
    reply_to: message.replyTo === undefined ? undefined : Uint8Array.fromHex(message.replyTo),
    mentions: message.mentions?.map((mention) => Uint8Array.fromHex(mention)),
    timer: message.timerSeconds,
    attachments: message.attachments?.map(attachmentContent),
  })
  const next = await setStatus(work, engine, conversation, id, { status: 'queued' })
  return next ?? message
}

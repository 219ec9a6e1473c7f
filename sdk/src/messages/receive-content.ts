/**
 * @module What a contact says, done: one function for each kind of content. Each may come twice, late or out of order, and
 * does the same then. What names a message names one of this conversation; what changes it has to come from its author.
 */
import type { Content, ContentOf } from '@sotto/wire/content'
import { receiveChannelInvite } from '#channels/invite.ts'
import type { Contact } from '#contacts/contact.ts'
import { receiveHello, receiveProfile } from '#contacts/receive-hello.ts'
import type { Engine } from '#engine.ts'
import { applyTimer, change, emptied, previewAfter } from '#messages/compose.ts'
import { receiveUnreadable } from '#messages/healing.ts'
import { boundedMoment } from '#messages/last-word.ts'
import { type Message, messageById } from '#messages/message.ts'
import { noteDelivered, receiveReceipts } from '#messages/receipts.ts'
import { show, type Speaker } from '#messages/show.ts'
import { attachmentPointer } from '#messages/attachment-pointer.ts'
import type { Work } from '#state/work.ts'

/** How it came. */
export interface Arrival {
  /** Of what is said again: the place that was kept for it. */
  readonly insteadOf?: Message | undefined
}

export async function receiveContent(
  work: Work,
  engine: Engine,
  contact: Contact,
  content: Content,
  arrival: Arrival,
): Promise<void> {
  switch (content.type) {
    case 'text':
    case 'reaction':
    case 'edit':
    case 'delete':
      return receiveWords(work, engine, contact, content, arrival)
    case 'receipts':
      return receiveReceipts(work, engine, contact, content)
    case 'typing':
      work.afterwards(() =>
        engine.events.emit({ type: 'typing', conversation: contact.id, isTyping: content.on }),
      )
      return
    case 'timer':
      return applyTimer(work, engine, contact.id, {
        seconds: content.seconds,
        atMillis: boundedMoment(content.sent_at),
        by: contact.identity,
      })
    case 'hello':
      return receiveHello(work, engine, contact, content)
    case 'profile':
      return receiveProfile(work, engine, contact, content)
    case 'unreadable':
      return receiveUnreadable(work, engine, contact, content)
    case 'channel_invite':
      return receiveChannelInvite(work, engine, contact, content)
    case 'sender_key':
    case 'again':
    case 'call':
    case 'nothing':
      return
  }
}

/** What is said in a conversation, whoever else reads it. All other kinds are passed over. */
export async function receiveWords(
  work: Work,
  engine: Engine,
  speaker: Speaker,
  content: Content,
  arrival: Arrival,
): Promise<void> {
  switch (content.type) {
    case 'text':
      return receiveText(work, engine, speaker, content, arrival)
    case 'reaction':
      return receiveReaction(work, engine, speaker, content)
    case 'edit':
      return receiveEdit(work, engine, speaker, content)
    case 'delete':
      return receiveDelete(work, engine, speaker, content)
    default:
  }
}

/** A well-formed content of a kind that a later version brings: the user is told that there is something. */
export async function receiveUnknown(
  work: Work,
  engine: Engine,
  contact: Speaker,
  unknown: { readonly id: Uint8Array; readonly sentAt: number },
): Promise<void> {
  const { id, sentAt } = unknown
  await show(work, engine, contact, {
    id: id.toHex(),
    kind: 'newer',
    body: '',
    sentAtMillis: notLaterThanNow(engine, sentAt),
  })
}

async function receiveText(
  work: Work,
  engine: Engine,
  contact: Speaker,
  content: ContentOf<'text'>,
  { insteadOf }: Arrival,
): Promise<void> {
  const { body, reply_to, mentions, timer, attachments, sent_at } = content
  const id = content.id.toHex()
  const shown = {
    id,
    kind: 'text',
    body,
    sentAtMillis: notLaterThanNow(engine, sent_at),
    ...(reply_to === undefined ? {} : { replyTo: reply_to.toHex() }),
    ...(mentions === undefined ? {} : { mentions: mentions.map((each) => each.toHex()) }),
    ...(attachments === undefined ? {} : { attachments: attachments.map(attachmentPointer) }),
    ...(timer === undefined ? {} : { timerSeconds: timer }),
  } as const
  const isNew = await show(work, engine, contact, shown, insteadOf)
  // What comes a second time was not told to have arrived, or its telling was lost.
  await noteDelivered(work, engine, contact, id)
  if (isNew) {
    work.afterwards(() =>
      engine.events.emit({ type: 'typing', conversation: contact.id, isTyping: false }),
    )
  }
}

async function receiveReaction(
  work: Work,
  engine: Engine,
  contact: Speaker,
  { target, emoji, sent_at }: ContentOf<'reaction'>,
): Promise<void> {
  const message = await messageById(work, contact.id, target.toHex())
  if (message === undefined || message.isDeleted === true) return
  const atMillis = notLaterThanNow(engine, sent_at)
  const before = message.reactions?.[contact.identity]
  if (before !== undefined && before.atMillis >= sent_at) return
  const reactions = { ...message.reactions, [contact.identity]: { emoji, atMillis } }
  change(work, engine, { ...message, reactions })
}

async function receiveEdit(
  work: Work,
  engine: Engine,
  contact: Speaker,
  { target, body, sent_at }: ContentOf<'edit'>,
): Promise<void> {
  const message = await theirMessage(work, contact, target)
  if (message === undefined || message.kind !== 'text') return
  const editedAtMillis = notLaterThanNow(engine, sent_at)
  if ((message.editedAtMillis ?? 0) >= sent_at) return
  change(work, engine, { ...message, body, editedAtMillis })
  await previewAfter(work, engine, message)
}

async function receiveDelete(
  work: Work,
  engine: Engine,
  contact: Speaker,
  { target }: ContentOf<'delete'>,
): Promise<void> {
  const message = await theirMessage(work, contact, target)
  if (message === undefined) return
  change(work, engine, emptied(message))
  await previewAfter(work, engine, message)
}

/** A message of this contact's own, that is still there. */
async function theirMessage(
  work: Work,
  contact: Speaker,
  target: Uint8Array,
): Promise<Message | undefined> {
  const message = await messageById(work, contact.id, target.toHex())
  if (message === undefined || message.isOwn || message.isDeleted === true) return undefined
  // In a channel others write as well. A contact may have got another identity.
  const isTheirs = contact.state !== 'peer' || message.sender === contact.identity
  return isTheirs ? message : undefined
}

/** A clock that is ahead, or says so, does not put a message into the future. */
export function notLaterThanNow({ device }: Pick<Engine, 'device'>, sentAtMillis: number): number {
  return Math.min(sentAtMillis, device.clock.now())
}

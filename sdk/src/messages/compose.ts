/**
 * @module What the user says in a conversation with a contact or a channel: kept, shown and queued in one write. Sending is the
 * sender's business, so all of this works without a network.
 */
import type { ContentOf } from '@sotto/wire/content'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { attachmentContent } from '#messages/attachment-pointer.ts'
import { audienceOf, isAdmin, tell } from '#messages/audience.ts'
import { append, type Conversation, conversations, refreshPreview } from '#messages/conversation.ts'
import { laterThan } from '#messages/last-word.ts'
import {
  type AttachmentPointer,
  deleteMessage,
  type Message,
  messageById,
  putMessage,
} from '#messages/message.ts'
import type { Work } from '#state/work.ts'

/** What is to be said. An answer names the id of a message, a mention somebody's identity. */
export interface TextToSend {
  readonly body: string
  readonly replyTo?: string | undefined
  readonly mentions?: readonly string[] | undefined
  readonly attachments?: readonly AttachmentPointer[] | undefined
}

const idBytes = 16
const typingLifeMillis = 10_000

/** What all contents begin with. `lastMillis` is when the same was said last, by whoever counts. */
export function newContent(
  { device }: Pick<Engine, 'device'>,
  lastMillis?: number,
): {
  readonly id: Uint8Array
  readonly sent_at: number
} {
  return { id: device.random(idBytes), sent_at: laterThan(lastMillis, device.clock.now()) }
}

export async function sendText(
  work: Work,
  engine: Engine,
  id: string,
  text: TextToSend,
): Promise<Message> {
  const audience = await audienceOf(work, id)
  const conversation = await conversationOf(work, id)
  const { body, replyTo, mentions, attachments } = text
  if (body.trim() === '' && (attachments ?? []).length === 0) {
    throw new SottoError('invalid-argument', 'Cannot send a message: it is empty')
  }
  if (replyTo !== undefined && (await messageById(work, id, replyTo)) === undefined) {
    throw new SottoError('not-found', 'Cannot reply: no such message')
  }
  const { timerSeconds } = conversation
  const content: ContentOf<'text'> = {
    type: 'text',
    ...newContent(engine),
    body,
    reply_to: replyTo === undefined ? undefined : Uint8Array.fromHex(replyTo),
    mentions: mentions?.map((mention) => Uint8Array.fromHex(mention)),
    timer: timerSeconds === 0 ? undefined : timerSeconds,
    attachments: attachments?.map(attachmentContent),
  }
  await tell(work, engine, audience, content)
  const own = engine.device.local.address.name
  const placed = await append(
    work,
    {
      id: content.id.toHex(),
      conversation: id,
      kind: 'text',
      isOwn: true,
      sender: own,
      sentAtMillis: content.sent_at,
      body,
      replyTo,
      mentions,
      attachments,
      status: 'queued',
      timerSeconds: content.timer,
    },
    content.sent_at,
  )
  if (placed === undefined) throw new SottoError('not-found', 'Cannot write: no such conversation')
  work.afterwards(() => {
    engine.events.emit({ type: 'message', message: placed.message })
    engine.events.emit({ type: 'conversation-changed', conversation: placed.conversation })
  })
  return placed.message
}

/** An empty emoji takes the reaction back. */
export async function react(
  work: Work,
  engine: Engine,
  id: string,
  target: string,
  emoji: string,
): Promise<void> {
  const audience = await audienceOf(work, id)
  const message = await messageToActOn(work, id, target)
  const own = engine.device.local.address.name
  const content = {
    type: 'reaction',
    ...newContent(engine, message.reactions?.[own]?.atMillis),
    target: Uint8Array.fromHex(target),
    emoji,
  } as const
  await tell(work, engine, audience, content)
  const reactions = { ...message.reactions, [own]: { emoji, atMillis: content.sent_at } }
  change(work, engine, { ...message, reactions })
}

export async function edit(
  work: Work,
  engine: Engine,
  id: string,
  target: string,
  body: string,
): Promise<void> {
  const audience = await audienceOf(work, id)
  const message = await ownMessage(work, id, target)
  if (body.trim() === '') throw new SottoError('invalid-argument', 'Cannot edit: the text is empty')
  const content = {
    type: 'edit',
    ...newContent(engine, message.editedAtMillis),
    target: Uint8Array.fromHex(target),
    body,
  } as const
  await tell(work, engine, audience, content)
  change(work, engine, { ...message, body, editedAtMillis: content.sent_at })
  await previewAfter(work, engine, message)
}

export async function deleteForAll(
  work: Work,
  engine: Engine,
  id: string,
  target: string,
): Promise<void> {
  const audience = await audienceOf(work, id)
  // In a channel admins take away what anybody has said.
  const message = isAdmin(audience, engine)
    ? await messageToActOn(work, id, target)
    : await ownMessage(work, id, target)
  const content = {
    type: 'delete',
    ...newContent(engine),
    target: Uint8Array.fromHex(target),
  } as const
  await tell(work, engine, audience, content)
  change(work, engine, emptied(message))
  await previewAfter(work, engine, message)
}

/** On this device only. */
export async function deleteForMe(
  work: Work,
  engine: Engine,
  id: string,
  target: string,
): Promise<void> {
  const message = await messageToActOn(work, id, target)
  deleteMessage(work, message)
  await previewAfter(work, engine, message)
  work.afterwards(() => engine.events.emit({ type: 'message-gone', conversation: id, id: target }))
}

export async function setTimer(
  work: Work,
  engine: Engine,
  id: string,
  seconds: number,
): Promise<void> {
  const audience = await audienceOf(work, id)
  const { timerSetAtMillis } = await conversationOf(work, id)
  const content = { type: 'timer', ...newContent(engine, timerSetAtMillis), seconds } as const
  await tell(work, engine, audience, content)
  await applyTimer(work, engine, id, {
    seconds,
    atMillis: content.sent_at,
    by: engine.device.local.address.name,
  })
}

/** Worth nothing in ten seconds, and written nowhere for longer. */
export async function tellTyping(
  work: Work,
  engine: Engine,
  id: string,
  isTyping: boolean,
): Promise<void> {
  const audience = await audienceOf(work, id)
  // A channel keeps what is posted.
  if (audience.kind === 'channel') return
  const content = { type: 'typing', ...newContent(engine), on: isTyping } as const
  await tell(work, engine, audience, content, { lifeMillis: typingLifeMillis })
}

/** The last word counts. */
export async function applyTimer(
  work: Work,
  engine: Engine,
  id: string,
  {
    seconds,
    atMillis,
    by,
  }: { readonly seconds: number; readonly atMillis: number; readonly by: string },
): Promise<void> {
  const conversation = await conversationOf(work, id)
  const { timerSeconds, timerSetAtMillis } = conversation
  // Of two at the same time both sides take the same one.
  const isLast =
    atMillis === timerSetAtMillis ? seconds > timerSeconds : atMillis > timerSetAtMillis
  if (!isLast) return
  conversations.put(work, id, {
    ...conversation,
    timerSeconds: seconds,
    timerSetAtMillis: atMillis,
  })
  if (seconds === timerSeconds) return
  const isOwn = by === engine.device.local.address.name
  await addNotice(work, engine, id, { kind: 'timer', seconds }, by, isOwn)
}

export async function addNotice(
  work: Work,
  engine: Engine,
  conversation: string,
  notice: NonNullable<Message['notice']>,
  sender: string,
  isOwn: boolean,
): Promise<void> {
  const now = engine.device.clock.now()
  const id = engine.device.random(idBytes).toHex()
  const placed = await append(
    work,
    { id, conversation, kind: 'notice', isOwn, sender, sentAtMillis: now, body: '', notice },
    now,
  )
  if (placed === undefined) return
  work.afterwards(() => {
    engine.events.emit({ type: 'message', message: placed.message })
    engine.events.emit({ type: 'conversation-changed', conversation: placed.conversation })
  })
}

export function emptied(message: Message): Message {
  const { attachments: _, mentions: _m, replyTo: _r, reactions: _e, ...rest } = message
  return { ...rest, body: '', isDeleted: true }
}

export function change(work: Work, { events }: Pick<Engine, 'events'>, message: Message): void {
  putMessage(work, message)
  work.afterwards(() => events.emit({ type: 'message-changed', message }))
}

/** When it was the newest one. */
export async function previewAfter(
  work: Work,
  engine: Pick<Engine, 'events'>,
  message: Message,
): Promise<void> {
  const found = await conversations.get(work, message.conversation)
  if (found === undefined || found.lastOrder !== message.order) return
  const conversation = await refreshPreview(work, found)
  work.afterwards(() => engine.events.emit({ type: 'conversation-changed', conversation }))
}

async function conversationOf(work: Work, id: string): Promise<Conversation> {
  const conversation = await conversations.get(work, id)
  if (conversation === undefined) throw new SottoError('not-found', 'Cannot find the conversation')
  return conversation
}

async function messageToActOn(work: Work, conversation: string, id: string): Promise<Message> {
  const message = await messageById(work, conversation, id)
  if (message === undefined || message.isDeleted === true) {
    throw new SottoError('not-found', 'Cannot find the message')
  }
  return message
}

async function ownMessage(work: Work, conversation: string, id: string): Promise<Message> {
  const message = await messageToActOn(work, conversation, id)
  if (!message.isOwn || message.kind !== 'text') {
    throw new SottoError('not-allowed', 'Cannot change a message that is not one of ours')
  }
  return message
}

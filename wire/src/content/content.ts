/**
 * @module Everything that people say to each other, and their devices for them.
 */
import { again } from '#content/again.ts'
import { call } from '#content/call.ts'
import { channelInvite } from '#content/channel-invite.ts'
import { deletion } from '#content/delete.ts'
import { edit } from '#content/edit.ts'
import { hello } from '#content/hello.ts'
import { nothing } from '#content/nothing.ts'
import { profile } from '#content/profile.ts'
import { reaction } from '#content/reaction.ts'
import { receipts } from '#content/receipts.ts'
import { senderKey } from '#content/sender-key.ts'
import { text } from '#content/text.ts'
import { timer } from '#content/timer.ts'
import { typing } from '#content/typing.ts'
import { unreadable } from '#content/unreadable.ts'
import type { MessageOf } from '#live/schema.ts'

/** Of the schemas of contents and letters, their history stands in wire/content-history.md. */
export const contentVersion = 4

/** In the order of the page that describes them. */
export const contentKinds = {
  text,
  reaction,
  edit,
  delete: deletion,
  receipts,
  typing,
  timer,
  hello,
  unreadable,
  again,
  sender_key: senderKey,
  channel_invite: channelInvite,
  profile,
  call,
  nothing,
} as const

type ContentKinds = typeof contentKinds
export type ContentType = keyof ContentKinds

/** The content of one type. */
export type ContentOf<Type extends ContentType> = MessageOf<ContentKinds[Type]>

/** Discriminated by `type`. */
export type Content = { [Type in ContentType]: ContentOf<Type> }[ContentType]

/**
 * @module What the chat says, apart from what people say.
 */
import { spanInWords } from '#calendar.ts'
import type { ConnectionState, Message, Notice, Settings } from '#engine.ts'
import { reasonInWords } from '#reasons.ts'

/** Of an own message. */
export function statusInWords({ status, reason }: Pick<Message, 'status' | 'reason'>): string {
  switch (status) {
    case undefined:
      return ''
    case 'queued':
      return 'Sending'
    case 'accepted':
      return 'Sent'
    case 'delivered':
      return 'Delivered'
    case 'read':
      return 'Read'
    case 'failed':
      return reason === undefined ? 'Not sent' : `Not sent: ${reasonInWords(reason)}`
  }
}

export interface NoticePeople {
  /** Whoever did it; `You` for ourselves. */
  readonly who: string
  /** The other one, of a direct conversation. */
  readonly other: string
  readonly nameOf: (identity: string) => string
}

export function noticeInWords(notice: Notice, { who, other, nameOf }: NoticePeople): string {
  const has = who === 'You' ? 'You have' : `${who} has`
  switch (notice.kind) {
    case 'joined':
      return `You and ${other} can write to each other now.`
    case 'timer':
      return notice.seconds === 0
        ? `${has} set messages to stay.`
        : `${has} set messages to disappear ${spanInWords(notice.seconds)} after they are read.`
    case 'identity-changed':
      return `Somebody with another key writes as ${other}. Nothing is sent to them until you decide.`
    case 'member':
      return memberInWords(notice.change, who, nameOf(notice.identity))
    case 'name':
      return `${has} named the channel ${notice.name}.`
    case 'forked':
      return `${who === 'You' ? 'Your' : `${who}'s`} records contradict those of others. Nothing is sent until an admin goes on with one of them.`
    case 'channel-invite':
      return who === 'You'
        ? `You have invited ${other} to the channel ${notice.name}.`
        : `${who} invites you to the channel ${notice.name}.`
  }
}

function memberInWords(
  change: Extract<Notice, { readonly kind: 'member' }>['change'],
  who: string,
  whom: string,
): string {
  const has = who === 'You' ? 'You have' : `${who} has`
  const object = whom === 'You' ? 'you' : whom
  switch (change) {
    case 'created':
      return `${has} made this channel.`
    case 'joined':
      return `${whom} joined.`
    case 'left':
      return `${whom} left.`
    case 'added':
      return `${has} added ${object}.`
    case 'removed':
      return `${has} removed ${object}.`
    case 'admin':
      return `${has} made ${object} an admin.`
    case 'member':
      return `${has} made ${object} an ordinary member.`
  }
}

/** What is true of the connection in use, and no more. */
export function connectionInWords(
  state: ConnectionState,
  { forwarder, mode }: Pick<Settings, 'forwarder' | 'mode'>,
): string {
  switch (state) {
    case 'offline':
      return 'Offline. What you write waits here.'
    case 'connecting':
      return 'Connecting …'
    case 'online':
      return forwarder !== undefined && mode === 'sealed'
        ? 'Connected. The relay sees where you read, not where you send from.'
        : 'Connected. The relay sees your network address.'
  }
}

/** The same where there is little room. */
export function connectionInShort(state: ConnectionState): string {
  switch (state) {
    case 'offline':
      return 'Offline'
    case 'connecting':
      return 'Connecting …'
    case 'online':
      return 'Connected'
  }
}

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

export function noticeInWords(notice: Notice, name: string, isOwn: boolean): string {
  switch (notice.kind) {
    case 'joined':
      return `You and ${name} can write to each other now.`
    case 'timer': {
      const who = isOwn ? 'You have' : `${name} has`
      return notice.seconds === 0
        ? `${who} set messages to stay.`
        : `${who} set messages to disappear ${spanInWords(notice.seconds)} after they are read.`
    }
    case 'identity-changed':
      return `Somebody with another key writes as ${name}. Nothing is sent to them until you decide.`
    default:
      return ''
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

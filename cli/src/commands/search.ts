/**
 * @module `sotto search`: through everything that is kept.
 */
import { dateAndTime } from '#calendar.ts'
import type { Context, RunOf } from '#context.ts'
import {
  conversationName,
  type Directory,
  findConversation,
  personName,
  readDirectory,
} from '#directory.ts'
import type { Message } from '#engine.ts'
import { span } from '#screen/ink.ts'
import { withMessenger } from '#session.ts'
import { printable } from '#text/printable.ts'

export const run: RunOf<'search'> = (context, { args, flags }) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const { terminal, signal } = context
    const directory = await readDirectory(messenger)
    const conversation =
      flags.in === undefined ? undefined : findConversation(directory, flags.in).id
    const { limit } = flags
    let count = 0
    for await (const message of messenger.search(args.words, { conversation, limit, signal })) {
      say(context, message, directory, args.words)
      count++
    }
    if (count === limit && terminal.isScreen)
      terminal.say([span('There may be more: --limit', 'faint')])
    if (count > 0) return 'ok'
    terminal.complain('Nobody wrote that.')
    return 'failed'
  })

function say(
  { terminal, calendar }: Context,
  message: Message,
  directory: Directory,
  text: string,
): void {
  const { conversation, sender, isOwn } = message
  const place = conversationName(directory, conversation)
  const isChannel = directory.channels.has(conversation)
  const who =
    isOwn || isChannel ? `${personName(directory, conversation, sender)} to ${place}` : place
  terminal.say([
    span(`${dateAndTime(calendar, message.sentAtMillis)}  `, 'faint'),
    span(who, 'strong'),
  ])
  terminal.say(`    ${excerpt(printable(message.body), text)}`)
}

const around = 100

/** The place in a long text where it stands. */
export function excerpt(body: string, text: string): string {
  if (body.length <= 2 * around) return body
  const [first = ''] = text.trim().split(/\s+/)
  const at = Math.max(0, body.toLowerCase().indexOf(first.toLowerCase()))
  const from = Math.max(0, at - around)
  const to = Math.min(body.length, at + around)
  return `${from > 0 ? '…' : ''}${body.slice(from, to)}${to < body.length ? '…' : ''}`
}

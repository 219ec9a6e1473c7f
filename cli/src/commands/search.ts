/**
 * @module `sotto search`: through everything that is kept, page by page.
 */
import { dateAndTime } from '#calendar.ts'
import type { Context, RunOf } from '#context.ts'
import type { Contact, Message, Messenger } from '#engine.ts'
import { findContact, fold, nameOf } from '#names.ts'
import { span } from '#screen/ink.ts'
import { withMessenger } from '#session.ts'
import { printable } from '#text/printable.ts'

const pageSize = 500

export const run: RunOf<'search'> = (context, { args, flags }) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const contacts = await messenger.contacts()
    const byId = new Map(contacts.map((contact) => [contact.id, contact]))
    const within = flags.in === undefined ? undefined : findContact(contacts, flags.in).id
    let left = flags.limit
    for (const { id } of await messenger.conversations()) {
      if (within !== undefined && id !== within) continue
      for await (const message of found(messenger, id, fold(args.text), context.signal)) {
        say(context, message, byId.get(id), args.text)
        left--
        if (left === 0) {
          if (context.terminal.isScreen)
            context.terminal.say([span('There may be more: --limit', 'faint')])
          return 'ok'
        }
      }
    }
    if (left < flags.limit) return 'ok'
    context.terminal.complain('Nobody wrote that.')
    return 'failed'
  })

/** Newest first. */
async function* found(
  messenger: Messenger,
  conversation: string,
  wanted: string,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  let before: number | undefined
  for (;;) {
    signal.throwIfAborted()
    const page = await messenger.history(conversation, { before, limit: pageSize })
    for (const message of page.toReversed()) {
      if (message.isDeleted !== true && fold(message.body).includes(wanted)) yield message
    }
    if (page.length < pageSize) return
    before = page[0]?.order
  }
}

function say(
  { terminal, calendar }: Context,
  message: Message,
  contact: Contact | undefined,
  text: string,
): void {
  const name = contact === undefined ? '' : nameOf(contact)
  const who = message.isOwn ? `You to ${name}` : name
  terminal.say([
    span(`${dateAndTime(calendar, message.sentAtMillis)}  `, 'faint'),
    span(who, 'strong'),
  ])
  terminal.say(`    ${around(printable(message.body), text)}`)
}

const context = 100

/** The place in a long text where it stands. */
function around(body: string, text: string): string {
  const at = Math.max(0, body.toLowerCase().indexOf(text.toLowerCase()))
  if (body.length <= 2 * context) return body
  const from = Math.max(0, at - context)
  const to = Math.min(body.length, at + context)
  return `${from > 0 ? '…' : ''}${body.slice(from, to)}${to < body.length ? '…' : ''}`
}

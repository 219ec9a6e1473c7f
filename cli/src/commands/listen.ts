/**
 * @module `sotto listen`: one line for what happens.
 */
import { findConversation, LiveDirectory } from '#directory.ts'
import type { Context, RunOf } from '#context.ts'
import type { GivenTo } from '#command/table.ts'
import type { Messenger, MessengerEvent } from '#engine.ts'
import { textLine } from '#lines/text-line.ts'
import { eventLine, readyLine, unreadLine } from '#lines/write-event.ts'
import { span } from '#screen/ink.ts'
import { withMessenger } from '#session.ts'
import { jsonLine } from '#text/printable.ts'
import { unreadMessages } from '#unread.ts'
import { untilOnline } from '#waiting.ts'

type Flags = GivenTo<'listen'>['flags']

export const run: RunOf<'listen'> = (context, { flags }) =>
  withMessenger(context, { isOffline: false }, (messenger) => listen(context, messenger, flags))

async function listen(context: Context, messenger: Messenger, flags: Flags): Promise<void> {
  const { terminal, signal } = context
  const directory = await LiveDirectory.of(messenger)
  const only =
    flags.contact === undefined ? undefined : findConversation(directory, flags.contact).id
  const over = new AbortController()
  // What happens while the unread is read is not lost, and not told twice.
  const events = messenger.events(AbortSignal.any([signal, over.signal]))
  if (flags.json) terminal.emit(jsonLine(readyLine(messenger)))
  else if (terminal.isScreen) terminal.say([span('Listening. Ctrl-C ends it.', 'faint')])
  const told = new Set<string>()
  for (const message of await unreadMessages(
    messenger,
    (id) => only === undefined || id === only,
  )) {
    told.add(message.id)
    if (flags.json) terminal.emit(jsonLine(unreadLine(message, directory)))
    else sayEvent(context, { type: 'message', message }, directory, message.sentAtMillis)
    if (flags.read) await messenger.markRead(message.conversation, message.order)
  }
  if (flags.once) endWhenQuiet(messenger, over)
  for await (const event of events) {
    await directory.note(event)
    const whom = conversationOf(event)
    if (only !== undefined && whom !== undefined && whom !== only) continue
    if (event.type === 'message' && told.has(event.message.id)) continue
    if (flags.json) {
      const line = eventLine(event, directory)
      if (line !== undefined) terminal.emit(jsonLine(line))
    } else sayEvent(context, event, directory, context.now())
    if (flags.read && event.type === 'message' && !event.message.isOwn) {
      await messenger.markRead(event.message.conversation, event.message.order)
    }
  }
}

function sayEvent(
  { terminal, calendar }: Context,
  event: MessengerEvent,
  directory: LiveDirectory,
  atMillis: number,
): void {
  const line = textLine(event, directory, calendar, atMillis)
  if (line !== undefined) terminal.say(line)
}

/** Undefined for what concerns everybody. */
export function conversationOf(event: MessengerEvent): string | undefined {
  switch (event.type) {
    case 'message':
    case 'message-changed':
      return event.message.conversation
    case 'conversation-changed':
      return event.conversation.id
    case 'message-gone':
    case 'conversation-gone':
    case 'typing':
      return event.conversation
    case 'contact-changed':
    case 'request':
      return event.contact.id
    case 'channel-changed':
      return event.channel
    case 'connection':
    case 'gap':
      return undefined
  }
}

/** The relay hands out what waits as soon as it is asked, so what comes much later is new. */
const quietMillis = 3000

function endWhenQuiet(messenger: Messenger, over: AbortController): void {
  void (async () => {
    if (!(await untilOnline(messenger, over.signal))) return
    let timer = setTimeout(() => over.abort(), quietMillis)
    for await (const _ of messenger.events(over.signal)) {
      clearTimeout(timer)
      timer = setTimeout(() => over.abort(), quietMillis)
    }
    clearTimeout(timer)
  })()
}

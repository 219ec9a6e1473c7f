/**
 * @module `sotto file …`: files to contacts, and from them.
 */
import { basename } from 'node:path'
import { bytesSource } from '@sotto/sdk'
import { dateAndTime } from '#calendar.ts'
import { untilOver, untilReadable } from '#commands/send.ts'
import type { Context, RunOf } from '#context.ts'
import type { Message, Messenger } from '#engine.ts'
import type { Ending } from '#exit-codes.ts'
import { mediaTypeOf, openFile, type OpenFile } from '#files/file-source.ts'
import { type Pointer, saveFile } from '#files/save-file.ts'
import { findConversation, readDirectory } from '#directory.ts'
import { fold, nameOf } from '#names.ts'
import { reasonInWords } from '#reasons.ts'
import { Refusal } from '#refusal.ts'
import { span } from '#screen/ink.ts'
import { withMessenger } from '#session.ts'
import { sizeInWords } from '#text/size.ts'
import { inTime } from '#waiting.ts'

export const send: RunOf<'file send'> = async (context, { args, flags }) => {
  const { terminal, signal } = context
  const name = flags.name ?? (args.path === '-' ? undefined : basename(args.path))
  if (name === undefined) throw new Refusal('Say what it is called: --name photos.tar.gz', 'usage')
  await using file = args.path === '-' ? await fromInput(context) : await openFile(args.path)
  return await withMessenger<Ending>(context, { isOffline: false }, async (messenger) => {
    const contact = findConversation(await readDirectory(messenger), args.to)
    if (terminal.isScreen) {
      terminal.say([span(`Sealing and sending ${sizeInWords(file.source.size)} …`, 'faint')])
    }
    let sent: Message | undefined
    const isOver = await inTime(
      flags.timeout,
      async (inner) => {
        const what = { source: file.source, name, mediaType: mediaTypeOf(name) }
        const options = { text: args.text, stripMetadata: !flags.keepMetadata, signal: inner }
        sent = await messenger.attach(contact.id, what, options)
        return await untilOver(messenger, sent, inner)
      },
      signal,
    )
    const now = sent === undefined ? undefined : await messenger.message(contact.id, sent.id)
    if (now?.status === 'failed') {
      throw new Refusal(
        `The file was not sent to ${nameOf(contact)}: ${reasonInWords(now.reason ?? 'relay-refused')}.`,
      )
    }
    if (isOver) {
      await untilReadable(messenger, contact.id, signal)
      return 'ok'
    }
    throw new Refusal(
      sent === undefined
        ? 'The relay has not taken the file in time. Nothing was sent; try again.'
        : 'The relay has the file, and not yet the message about it. It goes with the next command that connects.',
      'unsent',
    )
  })
}

async function fromInput({ terminal }: Context): Promise<OpenFile> {
  return {
    source: bytesSource(await terminal.readInputBytes()),
    [Symbol.asyncDispose]: async () => {},
  }
}

interface Found {
  readonly message: Message
  readonly pointer: Pointer
}

const pageSize = 500

/** The newest first. */
async function filesWith(messenger: Messenger, conversation: string): Promise<readonly Found[]> {
  const found: Found[] = []
  let before: number | undefined
  for (;;) {
    const page = await messenger.history(conversation, { before, limit: pageSize })
    for (const message of page.toReversed()) {
      for (const pointer of message.attachments ?? []) found.push({ message, pointer })
    }
    if (page.length < pageSize) return found
    before = page[0]?.order
  }
}

export const list: RunOf<'file list'> = (context, { args }) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const { terminal, calendar } = context
    const contact = findConversation(await readDirectory(messenger), args.to)
    const files = await filesWith(messenger, contact.id)
    if (files.length === 0 && terminal.isScreen) terminal.say('There are none.')
    files.forEach(({ message, pointer: { name, size } }, i) => {
      terminal.say([
        span(`${String(i + 1).padStart(3)}  `, 'faint'),
        span(name ?? 'file', 'strong'),
        span(`  ${sizeInWords(size)}, ${message.isOwn ? 'from you' : `from ${nameOf(contact)}`}`),
        span(`, ${dateAndTime(calendar, message.sentAtMillis)}`, 'faint'),
      ])
    })
  })

export const save: RunOf<'file save'> = (context, { args, flags }) =>
  withMessenger<void>(context, { isOffline: true }, async (messenger) => {
    const { terminal, signal } = context
    const contact = findConversation(await readDirectory(messenger), args.to)
    const theirs = await filesWith(messenger, contact.id)
    const { pointer } = chosen(theirs, args.name, nameOf(contact))
    if (flags.to === '-') {
      for await (const piece of messenger.fetchAttachment(pointer, { signal })) {
        await terminal.emitBytes(piece)
      }
      return
    }
    const path = await saveFile(messenger, pointer, flags.to ?? '.', signal)
    if (terminal.isScreen) terminal.say(`It is whole, and saved: ${path}`)
    else terminal.emit(path)
  })

function chosen(files: readonly Found[], name: string | undefined, from: string): Found {
  const named = files.filter(
    ({ pointer }) => name === undefined || fold(pointer.name ?? 'file') === fold(name),
  )
  const [first] = named
  const numbered =
    name === undefined || !/^\d{1,6}$/.test(name) ? undefined : files[Number(name) - 1]
  const found = first ?? numbered
  if (found !== undefined) return found
  throw new Refusal(
    name === undefined
      ? `There is no file in the conversation with ${from}.`
      : `There is no such file in the conversation with ${from}.\nSee: sotto file list`,
  )
}

/**
 * @module `sotto bot`: a program that hears events and asks for actions, a line of JSON each.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { findConversation, LiveDirectory } from '#directory.ts'
import type { Context, RunOf } from '#context.ts'
import type { Messenger } from '#engine.ts'
import type { Ending } from '#exit-codes.ts'
import { type Action, readAction } from '#lines/read-action.ts'
import { eventLine, type EventLine, readyLine, unreadLine } from '#lines/write-event.ts'
import { Refusal } from '#refusal.ts'
import { withMessenger } from '#session.ts'
import { jsonLine } from '#text/printable.ts'
import { unreadMessages } from '#unread.ts'
import { isSottoError } from '@sotto/sdk'
import { sentenceOf } from '#sentences.ts'
import { untilSent } from '#waiting.ts'

/** A program that reads nothing for so many lines is told of a gap. */
const maxWaitingLines = 10_000
/** What it said last is sent before all ends. */
const lastWordsMillis = 5000

export const run: RunOf<'bot'> = (context, { args }) =>
  withMessenger<Ending>(context, { isOffline: false }, (messenger) =>
    runBot(context, messenger, args.command),
  )

async function runBot(
  context: Context,
  messenger: Messenger,
  command: readonly string[],
): Promise<Ending> {
  const { signal, terminal } = context
  const directory = await LiveDirectory.of(messenger)
  const over = new AbortController()
  const events = messenger.events(AbortSignal.any([signal, over.signal]))
  const program = await start(command)
  const stop = (): void => void program.kill('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  const ended = new Promise<Ending>((resolve) => {
    program.once('close', (code) => resolve(code === 0 ? 'ok' : 'failed'))
  })
  void ended.then(() => over.abort())
  const tell = writerOf(program)
  tell(readyLine(messenger))
  const told = new Set<string>()
  for (const message of await unreadMessages(messenger, () => true)) {
    told.add(message.id)
    tell(unreadLine(message, directory))
  }
  const acting = obey(messenger, program, directory, tell)
  for await (const event of events) {
    await directory.note(event)
    if (event.type === 'message' && told.delete(event.message.id)) continue
    const line = eventLine(event, directory)
    if (line !== undefined) tell(line)
  }
  const ending = await ended
  await acting
  await untilSent(messenger, undefined, lastWordsMillis, signal)
  if (ending === 'failed') terminal.complain('The program ended with an error.')
  return ending
}

async function start([program = '', ...parameters]: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, parameters, { stdio: ['pipe', 'pipe', 'inherit'] })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.once('spawn', resolve)
  child.once('error', () => {
    reject(
      new Refusal(`The program cannot be started: ${program}\nIs it there, and may you run it?`),
    )
  })
  await promise
  // One that does not read, or has ended, is heard of by its end.
  child.stdin?.on('error', () => {})
  return child
}

function writerOf(program: ChildProcess): (line: EventLine) => void {
  let waiting = 0
  let isGap = false
  const write = (line: EventLine): void => {
    waiting++
    program.stdin?.write(`${jsonLine(line)}\n`, () => void waiting--)
  }
  return (line) => {
    if (waiting >= maxWaitingLines) {
      isGap = true
      return
    }
    if (isGap) {
      isGap = false
      write({ event: 'gap' })
    }
    write(line)
  }
}

/** One after the other, in the order in which they were asked for. */
async function obey(
  messenger: Messenger,
  program: ChildProcess,
  directory: LiveDirectory,
  tell: (line: EventLine) => void,
): Promise<void> {
  if (program.stdout === null) return
  for await (const line of createInterface({ input: program.stdout })) {
    if (line.trim() === '') continue
    const read = readAction(line)
    if (read.kind === 'refused') {
      tell({ event: 'refused', ...refOf(read.ref), code: 'invalid-argument', why: read.why })
      continue
    }
    const { ref } = read.action
    try {
      const id = await act(messenger, directory, read.action)
      if (ref !== undefined) tell({ event: 'done', ref, ...(id === undefined ? {} : { id }) })
    } catch (error) {
      const why = sentenceOf(error)
      if (why === undefined) throw error
      const code = isSottoError(error) ? error.code : 'not-found'
      tell({ event: 'refused', ...refOf(ref), code, why })
    }
  }
}

function refOf(ref: string | undefined): { readonly ref?: string } {
  return ref === undefined ? {} : { ref }
}

async function act(
  messenger: Messenger,
  directory: LiveDirectory,
  action: Action,
): Promise<string | undefined> {
  const { id } = findConversation(directory, action.to)
  switch (action.action) {
    case 'send':
      return (await messenger.send(id, { body: action.text, replyTo: action.replyTo })).id
    case 'react':
      await messenger.react(id, action.id, action.emoji)
      return
    case 'edit':
      await messenger.edit(id, action.id, action.text)
      return
    case 'delete':
      await messenger.deleteForAll(id, action.id)
      return
    case 'read':
      await messenger.markRead(id)
      return
    case 'typing':
      await messenger.typing(id, action.typing)
      return
    case 'accept':
      await messenger.acceptRequest(id)
      return
    case 'decline':
      await messenger.declineRequest(id)
      return
  }
}

/**
 * @module `sotto send`: one text, for scripts and for people in a hurry.
 */
import type { RunOf } from '#context.ts'
import type { Message, Messenger } from '#engine.ts'
import type { Ending } from '#exit-codes.ts'
import { findConversation, readDirectory } from '#directory.ts'
import { nameOf } from '#names.ts'
import { Refusal } from '#refusal.ts'
import { reasonInWords } from '#reasons.ts'
import { withMessenger } from '#session.ts'
import { inTime, untilEvent, untilSent } from '#waiting.ts'

export const run: RunOf<'send'> = async (context, { args, flags }) => {
  const { terminal, signal } = context
  if (args.text === undefined && !terminal.hasInput) {
    throw new Refusal('Say what to send: sotto send TO "the text"\nOr pipe it in.', 'usage')
  }
  // Before the passphrase is asked for: what comes from a program comes first.
  const body = args.text ?? (await terminal.readInput()).replace(/\n+$/, '')
  if (body.trim() === '') throw new Refusal('There is nothing to send: the text is empty.', 'usage')
  return await withMessenger<Ending>(context, { isOffline: flags.noWait }, async (messenger) => {
    const contact = findConversation(await readDirectory(messenger), args.to)
    const message = await messenger.send(contact.id, { body })
    if (flags.noWait) return 'ok'
    const isOver = await inTime(
      flags.timeout,
      (inner) => untilOver(messenger, message, inner),
      signal,
    )
    const now = await messenger.message(contact.id, message.id)
    if (now?.status === 'failed') {
      throw new Refusal(
        `The message to ${nameOf(contact)} was not sent: ${reasonInWords(now.reason ?? 'relay-refused')}.`,
      )
    }
    if (isOver) {
      await untilReadable(messenger, contact.id, signal)
      return 'ok'
    }
    const why = now?.reason === undefined ? '' : `: ${reasonInWords(now.reason)}`
    throw new Refusal(
      `The relay has not taken the message in time${why}.\nIt waits here and goes with the next command that connects.`,
      'unsent',
    )
  })
}

const keysMillis = 10_000

/** What opens a message of a channel goes to each member in a letter of its own, and may not have gone yet. */
export async function untilReadable(
  messenger: Messenger,
  conversation: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await messenger.channels.get(conversation)) === undefined) return
  await untilSent(messenger, undefined, keysMillis, signal)
}

/** Until the relay has it, or it has failed. */
export function untilOver(
  messenger: Messenger,
  { id, conversation }: Message,
  signal: AbortSignal,
): Promise<boolean> {
  const isOver = (message: Message | undefined): boolean => message?.status !== 'queued'
  return untilEvent(
    messenger,
    async () => isOver(await messenger.message(conversation, id)),
    (event) => event.type === 'message-changed' && event.message.id === id && isOver(event.message),
    signal,
  )
}

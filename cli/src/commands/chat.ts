/**
 * @module `sotto chat`: everything in one window.
 */
import { isChannelLink, isLink, withoutSpaces } from '#link.ts'
import type { Context, RunOf } from '#context.ts'
import type { Messenger } from '#engine.ts'
import { findConversation, readDirectory } from '#directory.ts'
import { Refusal } from '#refusal.ts'
import { withMessenger } from '#session.ts'

export const run: RunOf<'chat'> = async (context, { args }) => {
  const { terminal } = context
  if (!terminal.isScreen || !terminal.canAsk) {
    throw new Refusal(
      'sotto chat needs a terminal.\nFor scripts there are sotto send, sotto listen and sotto bot.',
    )
  }
  await withMessenger(context, { isOffline: false }, async (messenger, profile) => {
    const open = args.whom === undefined ? undefined : await meet(context, messenger, args.whom)
    const { runChat } = await import('#chat/run-chat.ts')
    await runChat(context, messenger, profile.name, open)
  })
}

/** Whom a link, an address or a name means; the first two make a contact. */
async function meet(
  { terminal, signal }: Context,
  messenger: Messenger,
  whom: string,
): Promise<string> {
  if (isChannelLink(whom)) return (await messenger.channels.join(withoutSpaces(whom))).id
  if (isLink(whom)) return (await messenger.acceptInvitation(withoutSpaces(whom))).id
  if (!/^sotto1/i.test(whom.trim())) {
    return findConversation(await readDirectory(messenger), whom).id
  }
  terminal.say('They see your first words, and decide whether they want to hear more.')
  const text = await terminal.ask('Your first words: ')
  return (await messenger.sendRequest(withoutSpaces(whom), text, signal)).id
}

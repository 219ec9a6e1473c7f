/**
 * @module `sotto restore`: an identity from its 24 words.
 */
import type { RunOf } from '#context.ts'
import { askedRelay } from '#commands/asked-relay.ts'
import { refuseTaken } from '#commands/init.ts'
import { choosePassphrase } from '#passphrase-choice.ts'
import { span } from '#screen/ink.ts'
import { usualName, withMessengerOf } from '#session.ts'

export const run: RunOf<'restore'> = async (context, { flags }) => {
  const { terminal } = context
  const engine = await context.engine()
  const profileName = context.flags.profile ?? usualName
  await refuseTaken(context, profileName)
  const phrase = terminal.hasInput
    ? await terminal.readInput()
    : await terminal.ask('Your 24 words, which are not shown here: ', { isHidden: true })
  const canAsk = terminal.canAsk && !terminal.hasInput
  const name = flags.name ?? (canAsk ? await terminal.ask('Your name, as others see it: ') : '')
  const relay = await askedRelay(context, flags.relay)
  const passphrase = await choosePassphrase(context)
  const { profile: created } = await engine.create({ name: profileName, passphrase, phrase })
  await using profile = created
  const settings = { relay, name: name.trim() === '' ? undefined : name.trim() }
  await withMessengerOf(context, profile, { isOffline: true, settings }, async (messenger) => {
    terminal.say([span('You are back.', 'calm'), span(' Your address:')])
    terminal.say()
    terminal.say(`    ${messenger.address}`)
    terminal.say()
    terminal.say(
      'Contacts and messages did not come with the words. Meet people again: sotto invite',
    )
  })
}

/**
 * @module `sotto restore`: an identity from its 24 words.
 */
import type { RunOf } from '#context.ts'
import type { Messenger } from '#engine.ts'
import { askedRelay } from '#commands/asked-relay.ts'
import { refuseTaken } from '#commands/init.ts'
import { choosePassphrase } from '#passphrase-choice.ts'
import { span } from '#screen/ink.ts'
import { usualName, withMessengerOf } from '#session.ts'
import { inTime, untilEvent, untilOnline } from '#waiting.ts'

/** The relay is asked, what comes of it is put back, and nobody waits for ever for a list that is not there. */
const lookMillis = 20_000
const connectMillis = 5_000

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
  await withMessengerOf(context, profile, { isOffline: false, settings }, async (messenger) => {
    terminal.say([span('You are back.', 'calm'), span(' Your address:')])
    terminal.say()
    terminal.say(`    ${messenger.address}`)
    terminal.say()
    terminal.say('Looking for your contacts at the relay …')
    terminal.say(whoCameBack(await contactsBack(messenger, context.signal)))
  })
}

/** The list rests sealed at the relay, unless that was switched off, or the last of it was written minutes ago only. */
async function contactsBack(messenger: Messenger, signal: AbortSignal): Promise<number> {
  if (!(await inTime(connectMillis, (inner) => untilOnline(messenger, inner), signal))) return 0
  const count = async (): Promise<number> => (await messenger.contacts()).length
  await inTime(
    lookMillis,
    (inner) =>
      untilEvent(
        messenger,
        async () => (await count()) > 0,
        ({ type }) => type === 'contact-changed',
        inner,
      ),
    signal,
  )
  return await count()
}

function whoCameBack(count: number): string {
  if (count === 0) {
    return 'None came back yet; they do when the relay has the list. Messages do not. Meet people again: sotto invite'
  }
  const who = count === 1 ? 'One contact' : `${count} contacts`
  return `${who} came back, and can be written to: sotto chat. What was written before did not.`
}

/**
 * @module `sotto profile …`: what the own identity says and does.
 */
import { relayOrigin } from '@sotto/sdk'
import { dateAndTime } from '#calendar.ts'
import { checkedRelay } from '#commands/asked-relay.ts'
import { sayQr } from '#commands/say-qr.ts'
import type { Context, RunOf } from '#context.ts'
import type { Messenger, Settings } from '#engine.ts'
import { readPassphraseFile } from '#passphrase-file.ts'
import { choosePassphrase } from '#passphrase-choice.ts'
import { Refusal } from '#refusal.ts'
import { openProfile, profileName, withMessenger } from '#session.ts'
import { untilSent } from '#waiting.ts'

export const list: RunOf<'profile list'> = async ({ terminal, profiles }) => {
  const names = await profiles()
  if (names.length > 0) return names.forEach((name) => terminal.say(name))
  if (terminal.isScreen) terminal.say('There is none yet. Begin with: sotto init')
}

export const show: RunOf<'profile show'> = (context, { flags }) =>
  withMessenger(context, { isOffline: true }, async (messenger, profile) => {
    const { terminal, calendar } = context
    const { settings } = messenger
    const onOff = (isOn: boolean): string => (isOn ? 'on' : 'off')
    const rows = [
      ['Profile', profile.name],
      ['Name', settings.name ?? '(none; others see the beginning of your key)'],
      ['Address', messenger.address],
      ['Relay', settings.relay],
      ['Forwarder', settings.forwarder ?? '(none; the relay sees from where you send)'],
      ['Requests are', settings.mode === 'sealed' ? 'sealed' : 'not sealed (direct)'],
      ['Strangers may write', onOff(settings.takesRequests)],
      ['Read receipts', onOff(settings.sendsReadReceipts)],
      ['Typing is shown', onOff(settings.sendsTyping)],
      ['Made', dateAndTime(calendar, profile.createdAtMillis)],
    ] as const
    for (const [name, value] of rows) terminal.say(`${name.padEnd(21)}${value}`)
    if (flags.qr) sayQr(terminal, messenger.address)
  })

export const rename: RunOf<'profile rename'> = (context, { args }) =>
  choose(context, { name: args.name }, ({ name }) =>
    name === undefined ? 'You have no name now.' : `You are ${name} now.`,
  )

export const relay: RunOf<'profile relay'> = (context, { args }) =>
  withMessenger(context, { isOffline: true }, async (messenger) => {
    const chosen = await messenger.choose({ relay: checkedRelay(args.url) })
    context.terminal.say(
      `Your relay is ${chosen.relay} from now on. Your address has changed with it.`,
    )
  })

export const set: RunOf<'profile set'> = (context, { flags }) => {
  const choice: Partial<Settings> = {
    ...(flags.readReceipts === undefined ? {} : { sendsReadReceipts: flags.readReceipts === 'on' }),
    ...(flags.typing === undefined ? {} : { sendsTyping: flags.typing === 'on' }),
    ...(flags.requests === undefined ? {} : { takesRequests: flags.requests === 'on' }),
    ...(flags.mode === undefined ? {} : { mode: flags.mode }),
    ...(flags.forwarder === undefined ? {} : { forwarder: forwarderOf(flags.forwarder) }),
  }
  if (Object.keys(choice).length === 0) {
    throw new Refusal('Say what to change.\nSee: sotto help profile set', 'usage')
  }
  return choose(context, choice, () => 'Changed.')
}

function forwarderOf(given: string): string | undefined {
  if (given === 'none') return undefined
  const origin = relayOrigin(given)
  if (origin !== undefined) return origin
  throw new Refusal(
    'This is no URL of a forwarder. One looks like this: https://forward.example',
    'usage',
  )
}

/** Contacts and the relay hear of some of it, so it connects; without a relay they hear the next time. */
async function choose(
  context: Context,
  choice: Partial<Settings>,
  saying: (chosen: Settings) => string,
): Promise<void> {
  await withMessenger(context, { isOffline: false }, async (messenger) => {
    context.terminal.say(saying(await messenger.choose(choice)))
    await tellOthers(context, messenger)
  })
}

const patienceMillis = 10_000

async function tellOthers({ terminal, signal }: Context, messenger: Messenger): Promise<void> {
  if (await untilSent(messenger, undefined, patienceMillis, signal)) return
  terminal.say(
    'The relay cannot be reached now. Your contacts are told when you connect the next time.',
  )
}

export const passphrase: RunOf<'profile passphrase'> = async (context) => {
  const { terminal, flags } = context
  const name = await profileName(context)
  await using profile = await openProfile(context, name)
  const old =
    flags.passphraseFile === undefined
      ? await terminal.ask('The old passphrase again: ', { isHidden: true })
      : await readPassphraseFile(flags.passphraseFile)
  // A new one has to be typed: the file holds the old one.
  const next = await choosePassphrase({
    ...context,
    flags: { ...flags, passphraseFile: undefined },
  })
  await profile.changePassphrase(old, next)
  terminal.say(
    'The passphrase is changed. Copies that were made before still open with the old one.',
  )
}

export const remove: RunOf<'profile delete'> = async (context, { args, flags }) => {
  const { terminal } = context
  const engine = await context.engine()
  const name = args.name ?? (await profileName(context))
  if (!(await context.profiles()).includes(name)) {
    throw new Refusal(
      `There is no profile called "${name}" on this machine.\nSee: sotto profile list`,
    )
  }
  if (!flags.yes) {
    terminal.say(
      `This deletes ${name}: its contacts, its messages, its key. Nothing brings them back;`,
    )
    terminal.say('the 24 words bring back the identity alone.')
    const answer = await terminal.ask(`Type the name of the profile to delete it: `)
    if (answer.trim() !== name) {
      terminal.say('That is another name. Nothing was deleted.')
      return 'failed'
    }
  }
  await engine.remove(name)
  terminal.say(`${name} is deleted.`)
  return 'ok'
}

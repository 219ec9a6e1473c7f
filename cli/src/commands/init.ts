/**
 * @module `sotto init`: a new identity.
 */
import type { Context, RunOf } from '#context.ts'
import { usualName, withMessengerOf } from '#session.ts'
import { choosePassphrase } from '#passphrase-choice.ts'
import { Refusal } from '#refusal.ts'
import { span } from '#screen/ink.ts'
import { askedRelay } from '#commands/asked-relay.ts'

export const run: RunOf<'init'> = async (context, { flags }) => {
  const { terminal } = context
  const engine = await context.engine()
  const profileName = context.flags.profile ?? usualName
  await refuseTaken(context, profileName)
  const isScript = !terminal.canAsk
  if (isScript && context.flags.passphraseFile === undefined) {
    throw new Refusal(
      'There is nobody to ask for a passphrase: this is not a terminal.\nGive one with --passphrase-file.',
    )
  }
  terminal.say([span('A new identity', 'strong')])
  terminal.say('It is made here, on this machine. No number, no mail address, no account.')
  terminal.say()
  const name = flags.name ?? (isScript ? '' : await terminal.ask('Your name, as others see it: '))
  const relay = await askedRelay(context, flags.relay)
  terminal.say()
  terminal.say('A passphrase keeps others out who can reach this machine. Nobody can reset it.')
  const passphrase = await choosePassphrase(context)

  const { profile: created, phrase } = await engine.create({ name: profileName, passphrase })
  await using profile = created
  if (isScript || flags.noQuiz) showWords(context, phrase)
  else {
    await showWordsInPassing(context, phrase)
    await askBack(context, phrase)
  }

  const settings = { relay, name: name.trim() === '' ? undefined : name.trim() }
  await withMessengerOf(context, profile, { isOffline: true, settings }, async () => {})
  terminal.say()
  terminal.say([span('Done.', 'calm'), span(' Nobody knows you yet. Let somebody in:')])
  terminal.say()
  terminal.say(`    sotto invite${profileName === usualName ? '' : ` --profile ${profileName}`}`)
}

export async function refuseTaken(context: Context, name: string): Promise<void> {
  if (!/^[a-z0-9-]{1,32}$/.test(name)) {
    throw new Refusal(
      'The name of a profile is 1 to 32 small letters, digits and hyphens. It stays on this machine.',
      'usage',
    )
  }
  if (!(await context.profiles()).includes(name)) return
  throw new Refusal(
    `There is a profile called "${name}" on this machine already.\n` +
      'For a second one: sotto init --profile NAME',
  )
}

/** Four columns of six, to be copied down column by column. */
function showWords({ terminal }: Context, phrase: string): void {
  const words = phrase.split(' ')
  terminal.say()
  terminal.say([span('Your twenty-four words', 'strong')])
  terminal.say()
  for (let row = 0; row < 6; row++) {
    terminal.say(
      [0, 1, 2, 3].flatMap((column) => {
        const at = column * 6 + row
        const number = `  ${String(at + 1).padStart(2)}  `
        return [span(number, 'faint'), span((words[at] ?? '').padEnd(10), 'strong')]
      }),
    )
  }
  terminal.say()
  terminal.say('They are your identity. Whoever has them is you; without them nobody, not even the')
  terminal.say('relay, can bring you back. They are shown this once. Write them on paper,')
  terminal.say('column by column. A photograph in a cloud is not paper.')
}

/** On a screen of their own, which leaves nothing to scroll back to. */
async function showWordsInPassing(context: Context, phrase: string): Promise<void> {
  using _screen = context.terminal.sayInPassing()
  showWords(context, phrase)
  context.terminal.say()
  await context.terminal.ask('Enter when they are on paper: ')
}

async function askBack(context: Context, phrase: string): Promise<void> {
  const { terminal } = context
  const engine = await context.engine()
  for (;;) {
    const numbers = engine.quiz()
    terminal.say('Three of them, to be sure that they are on your paper:')
    const answers: string[] = []
    for (const number of numbers) answers.push(await terminal.ask(`  word ${number}: `))
    if (engine.isQuizPassed(phrase, numbers, answers)) return
    terminal.say()
    terminal.say([
      span('Not quite.', 'care'),
      span(' Here they are again; compare them with your paper.'),
    ])
    await terminal.ask('Enter shows them: ')
    await showWordsInPassing(context, phrase)
  }
}

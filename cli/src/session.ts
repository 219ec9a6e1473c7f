/**
 * @module From a command line to an open profile and a messenger, and back: whatever was opened is closed and locked when
 * the command ends, however it ends.
 */
import type { Context } from '#context.ts'
import type { Messenger, Profile, Settings } from '#engine.ts'
import { readPassphraseFile } from '#passphrase-file.ts'
import { Refusal } from '#refusal.ts'
import { interruption } from '#waiting.ts'

/** The one for who has only one. */
export const usualName = 'main'

const tries = 3

export async function profileName({ profiles, flags }: Context): Promise<string> {
  if (flags.profile !== undefined) return flags.profile
  const names = await profiles()
  const [only] = names
  if (only === undefined) {
    throw new Refusal('There is no profile on this machine yet.\nBegin with: sotto init')
  }
  if (names.length === 1) return only
  if (names.includes(usualName)) return usualName
  throw new Refusal(
    `There are ${names.length} profiles: ${names.join(', ')}.\nSay which: --profile ${only}`,
    'usage',
  )
}

export async function openProfile(context: Context, name: string): Promise<Profile> {
  const { terminal, flags, signal, profiles } = context
  if (!(await profiles()).includes(name)) {
    throw new Refusal(
      `There is no profile called "${name}" on this machine.\nSee: sotto profile list`,
    )
  }
  if (flags.passphraseFile !== undefined) {
    const passphrase = await readPassphraseFile(flags.passphraseFile)
    return await (await context.engine()).open(name, passphrase)
  }
  for (let left = tries - 1; ; left--) {
    const asked = terminal.ask(`Passphrase of ${name}: `, { isHidden: true })
    // It loads while somebody types. What fails of it is heard of behind the answer.
    context.engine().catch(() => {})
    const passphrase = await asked
    signal.throwIfAborted()
    const engine = await context.engine()
    try {
      return await engine.open(name, passphrase)
    } catch (error) {
      const { isSottoError } = await import('@sotto/sdk')
      if (left === 0 || !isSottoError(error, 'wrong-passphrase')) throw error
      terminal.complain('That is not it. Try again.')
    }
  }
}

export interface MessengerUse {
  readonly isOffline: boolean
  readonly settings?: (Partial<Settings> & Pick<Settings, 'relay'>) | undefined
}

/** Opens the profile that the command line means. */
export async function withMessenger<Result>(
  context: Context,
  options: MessengerUse,
  use: (messenger: Messenger, profile: Profile) => Promise<Result>,
): Promise<Result> {
  await using profile = await openProfile(context, await profileName(context))
  return await withMessengerOf(context, profile, options, use)
}

export async function withMessengerOf<Result>(
  context: Context,
  profile: Profile,
  options: MessengerUse,
  use: (messenger: Messenger, profile: Profile) => Promise<Result>,
): Promise<Result> {
  const engine = await context.engine()
  await using messenger = await engine.messenger(profile, options)
  // A command that does not look at the signal ends with it all the same, and everything is closed.
  return await Promise.race([use(messenger, profile), interruption(context.signal)])
}

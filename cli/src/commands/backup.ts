/**
 * @module `sotto backup …`: everything in one sealed file.
 */
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dateAndTime } from '#calendar.ts'
import { refuseTaken } from '#commands/init.ts'
import type { Context, RunOf } from '#context.ts'
import { choosePassphrase } from '#passphrase-choice.ts'
import { readPassphraseFile } from '#passphrase-file.ts'
import { Refusal } from '#refusal.ts'
import { span } from '#screen/ink.ts'
import { openProfile, profileName, usualName } from '#session.ts'
import { sizeInWords } from '#text/size.ts'

export const create: RunOf<'backup create'> = async (context, { args, flags }) => {
  const { terminal, signal } = context
  const { path } = args
  if (await isThere(path)) {
    throw new Refusal(
      `There is a file already: ${path}\nA backup is never written over another file.`,
    )
  }
  const engine = await context.engine()
  await using profile = await openProfile(context, await profileName(context))
  terminal.say('The backup has a passphrase of its own. It may be the one of the profile.')
  const passphrase = await choosePassphrase({
    ...context,
    flags: { ...context.flags, passphraseFile: flags.backupPassphraseFile },
  })
  const part = `${path}.part`
  await using file = await open(part, 'wx', 0o600).catch(() => {
    throw new Refusal(`The backup cannot be written there: ${part}`)
  })
  try {
    for await (const piece of engine.exportBackup(profile, passphrase, signal)) {
      await file.write(piece)
    }
    await file.sync()
    // A backup that was never read is a hope.
    const found = await engine.checkBackup(profile, createReadStream(part), passphrase, signal)
    await rename(part, path)
    const { size } = await stat(path)
    terminal.say([
      span('Done.', 'calm'),
      span(` ${sizeInWords(size)}: ${contents(found.records)}. It was read back.`),
    ])
    terminal.say('To bring it back you need this file, its passphrase, and your 24 words.')
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

export const check: RunOf<'backup check'> = async (context, { args, flags }) => {
  const { terminal, signal, calendar } = context
  const engine = await context.engine()
  await refuseMissing(args.path)
  await using profile = await openProfile(context, await profileName(context))
  const passphrase = await backupPassphrase(context, flags.backupPassphraseFile)
  const found = await engine.checkBackup(profile, createReadStream(args.path), passphrase, signal)
  terminal.say([
    span('It is whole.', 'calm'),
    span(` Made ${dateAndTime(calendar, found.madeAtMillis)}: ${contents(found.records)}.`),
  ])
}

export const restore: RunOf<'backup restore'> = async (context, { args, flags }) => {
  const { terminal, signal } = context
  const engine = await context.engine()
  const name = context.flags.profile ?? usualName
  await refuseTaken(context, name)
  await refuseMissing(args.path)
  const phrase =
    flags.wordsFile === undefined
      ? await terminal.ask('Your 24 words, which are not shown here: ', { isHidden: true })
      : await readPassphraseFile(flags.wordsFile)
  const backupSecret = await backupPassphrase(context, flags.backupPassphraseFile)
  terminal.say('A passphrase for the profile on this machine:')
  const passphrase = await choosePassphrase(context)
  await using _profile = await engine.importBackup({
    name,
    passphrase,
    phrase,
    backup: createReadStream(args.path),
    backupPassphrase: backupSecret,
    signal,
  })
  terminal.say([span('Everything is back.', 'calm'), span(' Go on: sotto chat')])
}

async function backupPassphrase({ terminal }: Context, file: string | undefined): Promise<string> {
  if (file !== undefined) return await readPassphraseFile(file)
  return await terminal.ask('Passphrase of the backup: ', { isHidden: true })
}

function contents(records: Readonly<Record<string, number>>): string {
  const count = (collection: string, one: string): string => {
    const number = records[collection] ?? 0
    return `${number} ${one}${number === 1 ? '' : 's'}`
  }
  return `${count('contact', 'contact')}, ${count('message', 'message')}`
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}

async function refuseMissing(path: string): Promise<void> {
  if (!(await isThere(path))) throw new Refusal(`There is no such file: ${path}`)
}

/**
 * @module Every command, in the order of help. To add one, add a row to the file where it belongs and a line to
 * `run/load.ts`, and run `npm run generate`.
 */
import type { Given } from '#command/command.ts'
import { channelCommands } from '#command/table/channels.ts'
import { fileCommands } from '#command/table/files.ts'
import { peopleCommands } from '#command/table/people.ts'
import { profileCommands } from '#command/table/profile.ts'
import { programCommands } from '#command/table/programs.ts'
import { text } from '#command/shapes.ts'

export const groups = [
  { title: 'You', commands: profileCommands },
  { title: 'People', commands: peopleCommands },
  { title: 'Channels', commands: channelCommands },
  { title: 'Files and backups', commands: fileCommands },
  { title: 'Scripts, bots and care', commands: programCommands },
] as const

/** Commands of two words stand in the overview by their first one. */
export const families: Readonly<Record<string, string>> = {
  profile: 'Your address, name, relay, passphrase and settings.',
  contacts: 'Who you know: accept, name, block, forget them.',
  channel: 'Conversations of several: make, join, invite, leave.',
  file: 'Send and fetch files, sealed. Short for file send: attach.',
  backup: 'Keep everything in one sealed file, and bring it back. Short for backup create: export.',
}

/** One word for two. */
export const shorthands: Readonly<Record<string, CommandName>> = {
  attach: 'file send',
  export: 'backup create',
}

export const commands = {
  ...profileCommands,
  ...peopleCommands,
  ...channelCommands,
  ...fileCommands,
  ...programCommands,
} as const

export type Commands = typeof commands
export type CommandName = keyof Commands

/** Every command has these. */
export const globalFlags = {
  profile: text('NAME', 'Which profile to use, if there are several.', 'the only one, or main'),
  home: text('DIR', 'Where profiles are kept.', '$SOTTO_HOME, or ~/.local/share/sotto'),
  passphraseFile: text(
    'FILE',
    'A file with the passphrase, readable by you alone, instead of being asked. $SOTTO_PASSPHRASE_FILE does the same.',
  ),
} as const

export type GlobalFlags = Given<{ args: Record<never, never>; flags: typeof globalFlags }>['flags']

export type GivenTo<Name extends CommandName> = Given<Commands[Name]>

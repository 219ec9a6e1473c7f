/**
 * @module `--help`, of everything, of a group of commands, and of one.
 */
import { type Argument, type Command, type Flag, flagName } from '#command/command.ts'
import { isCommandName, label } from '#command/parse.ts'
import { type CommandName, commands, families, globalFlags, groups } from '#command/table.ts'
import { wrap } from '#text/wrap.ts'

const columns = 80
const nameColumns = 26

export function helpText(about: string | undefined): string {
  const lines =
    about === undefined ? overview() : isCommandName(about) ? ofCommand(about) : ofGroup(about)
  return lines.join('\n')
}

function overview(): readonly string[] {
  return [
    'Sotto: messages that only you and the other person can read.',
    '',
    'Usage: sotto COMMAND [--flags]',
    ...groups.flatMap((group) => [
      '',
      `${group.title}:`,
      ...overviewOf(group.commands).flatMap(([name, summary]) => entry(name, summary)),
    ]),
    '',
    'For every command:',
    ...flagLines(globalFlags),
    ...entry('-h, --help', 'What it does and how.'),
    ...entry('-V, --version', 'Which version this is.'),
    '',
    'New here? Run: sotto init',
    'A command in detail: sotto help COMMAND',
  ]
}

/** A family of commands is one line. */
function overviewOf(
  rows: Readonly<Record<string, Command>>,
): readonly (readonly [string, string])[] {
  const lines = new Map<string, string>()
  for (const [name, { summary }] of Object.entries(rows)) {
    const [first = name] = name.split(' ')
    const family = families[first]
    if (family !== undefined) lines.set(`${first} …`, family)
    else if (first === name) lines.set(name, summary)
  }
  return [...lines]
}

function ofGroup(group: string): readonly string[] {
  const rows = Object.entries<Command>(commands).filter(([name]) => name.startsWith(`${group} `))
  return [
    `Usage: sotto ${group} COMMAND [--flags]`,
    '',
    ...rows.flatMap(([name, row]) => entry(name, row.summary)),
    '',
    `A command in detail: sotto help ${group} COMMAND`,
  ]
}

function ofCommand(name: CommandName): readonly string[] {
  const row: Command = commands[name]
  const rows = Object.entries<Command>(commands).filter(([other]) => other.startsWith(`${name} `))
  return [
    row.summary,
    '',
    `Usage: ${usage(name, row)}`,
    ...(row.prose ?? []).flatMap((paragraph) => ['', ...wrap(paragraph, columns)]),
    ...titled(
      'Arguments:',
      Object.entries(row.args).flatMap(([key, { prose }]) => entry(label(key), prose)),
    ),
    ...titled('Flags:', flagLines(row.flags)),
    ...titled('For every command:', flagLines(globalFlags)),
    ...titled(
      'More:',
      rows.flatMap(([other, { summary }]) => entry(other, summary)),
    ),
    ...titled(
      'Examples:',
      (row.examples ?? []).flatMap(({ line, prose }) => [
        `  ${line}`,
        ...(prose === '' ? [] : [`      ${prose}`]),
      ]),
    ),
  ]
}

export function usage(name: string, { args, flags }: Command): string {
  const words = Object.entries(args).map(([key, argument]) => argumentLabel(key, argument))
  return ['sotto', name, ...words, ...(Object.keys(flags).length > 0 ? ['[--flags]'] : [])].join(
    ' ',
  )
}

function argumentLabel(key: string, { isRequired, isVerbatim }: Argument<unknown>): string {
  const name = isVerbatim === true ? `${label(key)} [ARGUMENTS…]` : label(key)
  return isRequired ? name : `[${name}]`
}

export function flagLabel(key: string, flag: Flag<unknown>): string {
  return flag.label === undefined ? flagName(key) : `${flagName(key)} ${flag.label}`
}

function flagLines(flags: Readonly<Record<string, Flag<unknown>>>): readonly string[] {
  return Object.entries(flags).flatMap(([key, flag]) =>
    entry(
      flagLabel(key, flag),
      flag.byDefault === undefined ? flag.prose : `${flag.prose} Default: ${flag.byDefault}.`,
    ),
  )
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

/** A name, and behind it what it is; below it when the name is long. */
function entry(name: string, prose: string): readonly string[] {
  const indent = ' '.repeat(nameColumns)
  const lines = wrap(prose, columns, indent)
  if (name.length + 4 > nameColumns) return [`  ${name}`, ...lines]
  return [`  ${name}`.padEnd(nameColumns) + (lines[0] ?? '').trimStart(), ...lines.slice(1)]
}

/**
 * @module The table as a documentation page, `docs/cli.md`, in the form that the formatter leaves alone.
 */
import { actions, type Described, events } from '#lines/described.ts'
import type { Command, Flag } from '#command/command.ts'
import { flagLabel, usage } from '#command/help.ts'
import { label } from '#command/parse.ts'
import { exitCodes } from '#exit-codes.ts'
import { globalFlags, groups } from '#command/table.ts'
import { wrap } from '#text/wrap.ts'

const columns = 100

export function cliPage(): string {
  return `${[
    '# The command line',
    paragraph(
      'This page is generated from the table in `cli/src/command/table/` by `bun tools/cli-page.ts`. `sotto help` and ' +
        '`sotto help COMMAND` print the same.',
    ),
    paragraph(
      'Contacts are named by your nickname for them, by what they call themselves, or by the beginning of an id or ' +
        'identity; where two are meant, sotto says which. A flag is written `--flag value` or `--flag=value`, anywhere in ' +
        'the line; what follows `--` is no flag.',
    ),
    '## For every command',
    flagTable(globalFlags),
    paragraph(
      'A passphrase is asked for, or read from a file that only its owner can read. It is never taken from the command ' +
        'line, which every program on the machine can see. `NO_COLOR` is respected, and a pipe gets no escape sequences.',
    ),
    '## How it ends',
    table(
      ['code', 'what it means'],
      Object.entries(exitCodes).map(([, { code, prose }]) => [`\`${code}\``, prose]),
    ),
    ...groups.flatMap((group) => [
      `## ${group.title}`,
      ...Object.entries<Command>(group.commands).flatMap(([name, row]) => section(name, row)),
    ]),
    '## Events',
    paragraph(
      '`sotto listen --json` prints them, and `sotto bot` writes them to the program: one JSON object a line. Entries may ' +
        'be added, and are to be ignored by who does not know them; none is taken away or changes what it means. Times ' +
        'are in milliseconds since 1970.',
    ),
    ...events.flatMap((each) => described('event', each)),
    '## Actions',
    paragraph(
      'What the program of `sotto bot` may write. `to` names a contact as on the command line; an id is safest. With a ' +
        '`ref` of any text the answer, `done` or `refused`, has it too.',
    ),
    ...actions.flatMap((each) => described('action', each)),
  ].join('\n\n')}\n`
}

function section(name: string, row: Command): readonly string[] {
  const args = Object.entries(row.args).map(([key, { prose }]) => [`\`${label(key)}\``, prose])
  return [
    `### \`sotto ${name}\``,
    paragraph(row.summary),
    ...(row.prose ?? []).map(paragraph),
    code([usage(name, row)]),
    ...(args.length > 0 ? [table(['argument', 'what it is'], args)] : []),
    ...(Object.keys(row.flags).length > 0 ? [flagTable(row.flags)] : []),
    ...(row.examples === undefined
      ? []
      : [
          code(
            row.examples.map(({ line, prose }) => (prose === '' ? line : `${line}   # ${prose}`)),
          ),
        ]),
  ]
}

function flagTable(flags: Readonly<Record<string, Flag<unknown>>>): string {
  return table(
    ['flag', 'what it does', 'default'],
    Object.entries(flags).map(([key, flag]) => [
      `\`${flagLabel(key, flag).replaceAll('|', '\\|')}\``,
      flag.prose.replaceAll('|', '\\|'),
      flag.byDefault ?? '',
    ]),
  )
}

function described(kind: string, { name, prose, fields }: Described): readonly string[] {
  return [
    `### ${kind} \`${name}\``,
    paragraph(prose),
    ...(Object.keys(fields).length === 0
      ? []
      : [
          table(
            ['entry', 'what it holds'],
            Object.entries(fields).map(([field, what]) => [`\`${field}\``, what]),
          ),
        ]),
  ]
}

function paragraph(prose: string): string {
  return wrap(prose, columns).join('\n')
}

function code(lines: readonly string[]): string {
  return ['```sh', ...lines, '```'].join('\n')
}

/** As the formatter sets it. */
function table(heads: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = heads.map((head, i) =>
    Math.max(3, head.length, ...body.map((row) => row[i]?.length ?? 0)),
  )
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (cells[i] ?? '').padEnd(width)).join(' | ')} |`
  return [heads, widths.map((width) => '-'.repeat(width)), ...body].map(line).join('\n')
}

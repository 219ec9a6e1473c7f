/**
 * @module The table as a documentation page, `docs/options.md`, in the form that the formatter leaves alone.
 */
import { variablesOf, type Option } from '#options/option.ts'
import { groups } from '#options/table.ts'
import { withoutEffect } from '#options/table/without-effect.ts'
import { wrap } from '#options/wrap.ts'

const intro = [
  '# Options of the relay',
  '',
  ...wrap(
    'This page is generated from the table in `server/src/options/table/` by `bun tools/options-page.ts`. ' +
      '`sotto-relay --help` prints the same.',
    100,
    '',
  ),
  '',
  ...wrap(
    'A flag wins over a variable, a variable over the default. Of the variables of one option the first in its list ' +
      'wins, and an empty variable counts as unset. A flag is written `--flag value` or `--flag=value`; a switch ' +
      '`--flag` or `--flag=false`. Whatever is wrong is reported at once, before anything is started, and the ' +
      'relay exits with code 2.',
    100,
    '',
  ),
]

export function optionsPage(): string {
  const lines = [...intro]
  for (const group of groups) {
    lines.push('', `## ${group.title}`)
    for (const row of Object.values(group.options)) lines.push('', ...entry(row))
  }
  lines.push('', '## Accepted for compatibility', '')
  lines.push(
    ...wrap(
      'These options of other relays are accepted so that an existing environment file works. They change nothing ' +
        'here, their values are not looked at, and using one gives a warning at the start.',
      100,
      '',
    ),
  )
  for (const row of withoutEffect) {
    lines.push(
      '',
      `### ${codes(row.flags)}`,
      '',
      ...wrap(withCode(`${row.prose} No effect here. ${row.why}.`), 100, ''),
      '',
      `- Variables: ${codes(row.variables)}`,
    )
  }
  return `${lines.join('\n')}\n`
}

function entry(row: Option<unknown>): string[] {
  const unset = `unset (${withCode(row.whenUnset ?? '')})`
  return [
    `### ${codes(row.flags)}`,
    '',
    ...wrap(withCode(row.prose), 100, ''),
    '',
    `- Value: ${row.shape.allowed}`,
    `- Default: ${row.byDefault === undefined ? unset : `\`${row.byDefault}\``}`,
    `- Variables: ${codes(variablesOf(row))}`,
  ]
}

/** Flags in prose, set as code. */
function withCode(prose: string): string {
  return prose.replaceAll(/--[a-z][a-z-]*(?:=\w+)?/g, '`$&`')
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}

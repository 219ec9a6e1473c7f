/**
 * @module The table as text for a terminal: `--help`.
 */
import { variablesOf, type Option } from '#options/option.ts'
import { groups } from '#options/table.ts'
import { withoutEffect } from '#options/table/without-effect.ts'
import { wrap } from '#options/wrap.ts'

const columns = 100

export function helpText(): string {
  const lines = ['Usage: sotto-relay [options]', '']
  lines.push(
    ...wrap(
      'The relay stores and forwards sealed envelopes that it cannot read. Without options it listens on ' +
        'loopback and keeps its data in ./data. Flags win over variables, variables over defaults; of several ' +
        'variables the first in the list wins, and an empty one counts as unset.',
      columns,
      '',
    ),
  )
  lines.push(
    '',
    '`sotto-relay forward --help` is about carrying sealed requests to a relay of somebody else.',
  )
  for (const group of groups) {
    lines.push('', `${group.title}:`)
    for (const row of Object.values(group.options)) lines.push(...entry(row))
  }
  lines.push('', 'Accepted for compatibility, without effect:')
  for (const row of withoutEffect) {
    lines.push(
      `  ${row.flags.join(', ')}`,
      ...wrap(`${row.prose} ${row.why}.`, columns, '      '),
      ...wrap(`Variables: ${row.variables.join(', ')}`, columns, '      '),
    )
  }
  lines.push('', 'Other:', '  -h, --help', '      This text.', '  -V, --version')
  lines.push('      Which version this is.', '')
  return lines.join('\n')
}

function entry(row: Option<unknown>): string[] {
  const [name, ...aliases] = row.flags
  const value = row.shape.isSwitch === true ? `[=${row.shape.label}]` : ` ${row.shape.label}`
  return [
    `  ${name}${value}${aliases.map((alias) => `, ${alias}`).join('')}`,
    ...wrap(row.prose, columns, '      '),
    ...wrap(`Value: ${row.shape.allowed}`, columns, '      '),
    ...wrap(`Default: ${row.byDefault ?? `unset (${row.whenUnset ?? ''})`}`, columns, '      '),
    ...wrap(`Variables: ${variablesOf(row).join(', ')}`, columns, '      '),
  ]
}

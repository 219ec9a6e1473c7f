/**
 * @module The forwarder's command line and environment, read against its table. Flags win over variables, variables over
 * defaults, and everything that is wrong is told at once. No message repeats a value that may be a secret.
 */
import { rows, variablesOf, type ListenAddress, type Values } from '#forward/table.ts'
import { nearest } from '#options/nearest.ts'
import type { Option } from '#options/option.ts'
import { wrap } from '#options/wrap.ts'

export interface ForwardOptions extends Omit<Values, 'gateway' | 'tlsCert' | 'tlsKey'> {
  readonly gateway: string
  readonly listen: ListenAddress
  readonly tls: { readonly certPath: string; readonly keyPath: string } | undefined
}

export type ParsedForward =
  | { readonly kind: 'run'; readonly options: ForwardOptions }
  | { readonly kind: 'help'; readonly text: string }
  /** The usage is wrong: print the text to stderr and exit with code 2. */
  | { readonly kind: 'refused'; readonly text: string }

type Environment = Readonly<Record<string, string | undefined>>
type Row = Option<unknown>

/** `argv` is what follows `forward`. */
export function parseForwardOptions(argv: readonly string[], env: Environment): ParsedForward {
  if (argv.includes('--help') || argv.includes('-h')) return { kind: 'help', text: helpText() }
  const problems: string[] = []
  const given = readCommandLine(argv, problems)
  const values: Record<string, unknown> = {}
  for (const [key, row] of rows) {
    values[key] = valueOf(row, given.get(row) ?? givenByEnvironment(row, env), problems)
  }
  // Every key of the table was visited, with the reader of its own row.
  const { gateway, tlsCert, tlsKey, ...rest } = values as Values
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    problems.push('Cannot use --tls-cert or --tls-key alone: the other is not set')
  }
  if (gateway === undefined && problems.length === 0) {
    problems.push('Cannot forward: --gateway (or OHTTP_RELAY_GATEWAY_URL) is not set')
  }
  if (gateway === undefined || problems.length > 0) {
    problems.push('See sotto-relay forward --help for all options')
    return { kind: 'refused', text: problems.join('\n') }
  }
  const tls =
    tlsCert === undefined || tlsKey === undefined
      ? undefined
      : { certPath: tlsCert, keyPath: tlsKey }
  return { kind: 'run', options: { ...rest, gateway, tls } }
}

interface Given {
  readonly name: string
  readonly text: string
}

function readCommandLine(argv: readonly string[], problems: string[]): ReadonlyMap<Row, Given> {
  const given = new Map<Row, Given>()
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? ''
    const at = argument.indexOf('=')
    const flag = at < 0 ? argument : argument.slice(0, at)
    const row = rows.find(([, { flags }]) => flags.includes(flag))?.[1]
    if (row === undefined) {
      problems.push(unknown(argument, i, flag))
      const next = argv[i + 1]
      // The value of a misspelt flag is not a stray word of its own.
      if (at < 0 && flag.startsWith('--') && next !== undefined && !next.startsWith('--')) i += 1
      continue
    }
    const isSwitch = row.shape.isSwitch === true
    const text = at >= 0 ? argument.slice(at + 1) : isSwitch ? 'true' : argv[++i]
    if (text === undefined || text === '') problems.push(`Cannot use ${flag}: it needs a value`)
    else if (given.has(row)) problems.push(`Cannot use ${flag}: it is given twice`)
    else given.set(row, { name: flag, text })
  }
  return given
}

function unknown(argument: string, at: number, flag: string): string {
  if (!argument.startsWith('--')) {
    return `Cannot use argument ${at + 2}: values follow a flag, and flags begin with --`
  }
  const near = nearest(flag, [...rows.flatMap(([, { flags }]) => flags), '--help'])
  const hint = near === undefined ? '' : `. The nearest is ${near}`
  return `Cannot use ${printable(flag)}: there is no such option${hint}`
}

function givenByEnvironment(row: Row, env: Environment): Given | undefined {
  for (const name of variablesOf(row)) {
    const text = env[name]?.trim()
    if (text !== undefined && text !== '') return { name, text }
  }
  return undefined
}

function valueOf(row: Row, given: Given | undefined, problems: string[]): unknown {
  const text = given?.text ?? row.byDefault
  if (text === undefined) return undefined
  const reading = row.shape.read(text)
  if (reading.kind === 'read') return reading.value
  const shown = row.shape.isSecret === true ? '' : ` ${printable(JSON.stringify(text))}`
  problems.push(`Cannot use ${given?.name ?? row.flags[0]}${shown}: ${reading.must}`)
  return undefined
}

/** Short and without control characters: what is printed goes to a terminal. */
function printable(text: string): string {
  const plain = text.replaceAll(/[^ -~]/g, '?')
  return plain.length > 80 ? `${plain.slice(0, 77)}...` : plain
}

const columns = 100

function helpText(): string {
  const lines = ['Usage: sotto-relay forward --gateway URL [options]', '']
  lines.push(
    ...wrap(
      'Carries sealed requests (Oblivious HTTP, RFC 9458) to a relay that opens them: the forwarder sees who sends and ' +
        'not what, the relay what and not who. That holds as long as the two are not run by the same people. Flags ' +
        'win over variables, variables over defaults.',
      columns,
      '',
    ),
    '',
  )
  for (const [, row] of rows) {
    const value = row.shape.isSwitch === true ? `[=${row.shape.label}]` : ` ${row.shape.label}`
    lines.push(
      `  ${row.flags[0]}${value}`,
      ...wrap(row.prose, columns, '      '),
      ...wrap(`Value: ${row.shape.allowed}`, columns, '      '),
      ...wrap(`Default: ${row.byDefault ?? `unset (${row.whenUnset ?? ''})`}`, columns, '      '),
      ...wrap(`Variables: ${variablesOf(row).join(', ')}`, columns, '      '),
    )
  }
  lines.push('  -h, --help', '      This text.', '')
  return lines.join('\n')
}

/**
 * @module A long trial as a command: how much of it, on which runtime, from which seed; what it found, and a code that says
 * whether that is a fault (1) or the command line is wrong (2).
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { toCount, toRuntime } from '#bench/options.ts'
import { type Runtime, temporaryDirectory } from '#relay-process.ts'

export interface TrialOptions {
  readonly amount: number
  readonly runtime: Runtime
  readonly seed: number
}

export interface TrialFindings {
  readonly faults: readonly string[]
  readonly relayOutput: string
}

export interface TrialCommand {
  readonly help: string
  /** Names the folder that the trial works in. */
  readonly name: string
  /** What there is an amount of: 'rounds' is also the flag's name. */
  readonly unit: string
  readonly usually: number
  readonly atMost: number
  readonly maxSeed: number
  /** What a run without a fault has shown. */
  readonly wellDone: string
  readonly run: (
    options: TrialOptions,
    directory: string,
    say: (line: string) => void,
    signal: AbortSignal,
  ) => Promise<TrialFindings>
}

const shownFaults = 20

export async function runTrialCommand(
  command: TrialCommand,
  argv: readonly string[],
): Promise<void> {
  try {
    const options = readOptions(command, argv)
    if (options === 'help') console.log(command.help)
    else process.exitCode = await run(command, options)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exitCode = 2
  }
}

function readOptions(
  { unit, usually, atMost, maxSeed }: TrialCommand,
  argv: readonly string[],
): TrialOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      [unit]: { type: 'string', default: String(usually) },
      runtime: { type: 'string', default: 'bun' },
      seed: { type: 'string', default: String(randomInt(1, maxSeed)) },
      help: { type: 'boolean', default: false },
    },
  })
  if (values['help'] === true) return 'help'
  return {
    amount: toCount(`--${unit}`, String(values[unit]), atMost),
    runtime: toRuntime(String(values['runtime'])),
    seed: toCount('--seed', String(values['seed']), maxSeed),
  }
}

async function run(command: TrialCommand, options: TrialOptions): Promise<number> {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort(new Error('Cannot finish: interrupted')))
  await using directory = await temporaryDirectory(command.name)
  const { amount, runtime, seed } = options
  console.log(`${amount} ${command.unit} on ${runtime}, --seed ${seed}`)
  const { faults, relayOutput } = await command.run(
    options,
    directory.path,
    console.log,
    controller.signal,
  )
  if (faults.length === 0) {
    console.log(command.wellDone)
    return 0
  }
  console.error(`${faults.length} faults, --seed ${seed}`)
  for (const fault of faults.slice(0, shownFaults)) console.error(`  ${fault}`)
  if (relayOutput !== '') console.error(`The relay's last words:\n${relayOutput.slice(-4000)}`)
  return 1
}

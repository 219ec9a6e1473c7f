/**
 * @module `npm run crash`: kills a relay under load, again and again, and says whether anything was lost.
 */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { toCount, toRuntime } from '#bench/options.ts'
import { type CrashOptions, runCrashTrial } from '#crash/trial.ts'
import { temporaryDirectory } from '#relay-process.ts'

const help = `npm run crash -- [OPTION…]

Ends a relay of its own at random moments under full load, starts it again, and checks that every
answered send arrives exactly once and in order, and that no one-time prekey is served twice.
Three ends of four are kill -9, the fourth is SIGTERM.

  --rounds N       how often the relay is ended (5)
  --runtime NAME   what the relay runs on: bun or node (bun)
  --seed N         repeats the choices of an earlier trial
  --help`

const maxSeed = 2 ** 32 - 1

function readOptions(argv: readonly string[]): CrashOptions | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string', default: '5' },
      runtime: { type: 'string', default: 'bun' },
      seed: { type: 'string', default: String(randomInt(1, maxSeed)) },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return 'help'
  return {
    rounds: toCount('--rounds', values.rounds, 100_000),
    runtime: toRuntime(values.runtime),
    seed: toCount('--seed', values.seed, maxSeed),
  }
}

async function run(options: CrashOptions): Promise<number> {
  const controller = new AbortController()
  process.once('SIGINT', () => controller.abort(new Error('Cannot finish: interrupted')))
  await using directory = await temporaryDirectory('crash')
  console.log(`${options.rounds} rounds on ${options.runtime}, --seed ${options.seed}`)
  const { faults, relayOutput } = await runCrashTrial(
    options,
    directory.path,
    console.log,
    controller.signal,
  )
  if (faults.length === 0) {
    console.log('Nothing was lost, nothing came twice, nothing came out of order')
    return 0
  }
  console.error(`${faults.length} faults, --seed ${options.seed}`)
  for (const fault of faults) console.error(`  ${fault}`)
  if (relayOutput !== '') console.error(`The relay's last words:\n${relayOutput.slice(-4000)}`)
  return 1
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') console.log(help)
  else process.exitCode = await run(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 2
}
